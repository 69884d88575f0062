/*
 * What is known on a way of a packet whose source is not: the answers to what was asked of it before.
 * Each list goes back to the first question, and is never changed.
 */

/** Whether `word & mask` of the source's words was `value`. */
export interface SourceFact {
  readonly word: number;
  readonly mask: number;
  readonly value: number;
  readonly holds: boolean;
  readonly before: SourceFact | undefined;
}

/** Whether the source port lies in a range, both ends included. */
export interface PortFact {
  readonly least: number;
  readonly most: number;
  readonly holds: boolean;
  readonly before: PortFact | undefined;
}

/** Whether `(word & mask) === value`, as far as the facts tell. */
export function sourceIs(
  facts: SourceFact | undefined,
  word: number,
  mask: number,
  value: number,
): boolean | undefined {
  if ((value & ~mask) !== 0) return false;
  if (mask === 0) return true;
  for (let fact = facts; fact !== undefined; fact = fact.before) {
    if (fact.word !== word) continue;
    const common = mask & fact.mask;
    const agrees = ((value ^ fact.value) & common) === 0;
    if (fact.holds) {
      if (!agrees) return false;
      if (common === mask) return true;
    } else if (agrees && common === fact.mask) {
      // It would have to lie where the source is known not to be.
      return false;
    }
  }
  return undefined;
}

/** Whether the port is one of `least` to `most`, as far as the facts tell. */
export function portIsIn(
  facts: PortFact | undefined,
  least: number,
  most: number,
): boolean | undefined {
  for (let fact = facts; fact !== undefined; fact = fact.before) {
    if (fact.holds) {
      if (least <= fact.least && fact.most <= most) return true;
      if (fact.most < least || most < fact.least) return false;
    } else if (fact.least <= least && most <= fact.most) {
      return false;
    }
  }
  return undefined;
}
