/*
 * Ways to the end that packets took from a certain place on and on which nothing was asked but their
 * mark, protocol, interfaces and whether they were translated: the same for all that are alike in
 * these. A slot holds the place (0: free), three numbers of what they are alike in, then the verdict,
 * the rules tried, the mark at the end, and where in `rules` the matched ones stand and how many.
 */
export const SLOT = 10;
const SLOTS = 256;
/** A fuller table would be looked through for long; what is not in it is run as usual. */
const MOST = 128;

export interface Recollection {
  readonly slots: Int32Array;
  readonly last: number;
  /** Rules of all ways, one after the other. */
  rules: Uint32Array;
  rulesCount: number;
  count: number;
}

export function makeRecollection(): Recollection {
  return {
    slots: new Int32Array(SLOTS * SLOT),
    last: SLOTS - 1,
    rules: new Uint32Array(1024),
    rulesCount: 0,
    count: 0,
  };
}

/** What a way came to, as a slot is to hold it. */
export interface Way {
  readonly verdict: number;
  readonly tried: number;
  readonly mark: number;
  readonly rules: Uint32Array;
}

/** Puts a way into the slot that was found free for it. */
export function note(to: Recollection, slot: number, key: readonly number[], way: Way): void {
  if (to.count >= MOST) return;
  const { rules } = way;
  if (to.rulesCount + rules.length > to.rules.length) {
    const grown = new Uint32Array((to.rulesCount + rules.length) * 2);
    grown.set(to.rules);
    to.rules = grown;
  }
  to.rules.set(rules, to.rulesCount);
  const place = [way.verdict, way.tried, way.mark, to.rulesCount, rules.length];
  to.slots.set([...key, ...place], slot);
  to.rulesCount += rules.length;
  to.count++;
}
