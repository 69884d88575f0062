/** So many lots there are: every whole number that a double holds exactly. */
export const LOTS = 2 ** 53;

/** Where fewer are left, the next decision is made with fresh ones. */
const FEWEST = 2 ** 40;

/**
 * What is left of a packet's lots on the way that it has gone: those from `low` on, `range` of them,
 * all as likely. Each decision divides them as the chances are: the lower ones for yes, the upper ones
 * for no. One lot so decides all that is drawn on the packet's way, where the kernel throws dice for
 * every rule; each decision is as likely as there, to 2^-40, and independent of those before.
 *
 * What is left depends on the decisions alone and not on the lot, so that who knows a packet's way
 * knows without dividing which lots lead there.
 */
export class Luck {
  /** How often fresh lots were taken. */
  round = 0;
  low = 0;
  range = LOTS;

  /** All that is left again. */
  restart(): void {
    this.round = 0;
    this.low = 0;
    this.range = LOTS;
  }

  copyFrom({ round, low, range }: Luck): void {
    this.round = round;
    this.low = low;
    this.range = range;
  }

  /** The first lot that decides against what happens in `ways` of `of` cases, 0 < ways < of <= 2^31. */
  split(ways: number, of: number): number {
    if (this.range < FEWEST) this.#renew();
    return this.low + Math.floor((this.range * ways) / of);
  }

  /** It was decided: for what lots below `split` decide, or against it. */
  decided(split: number, holds: boolean): void {
    const least = holds ? this.low : split;
    this.range = holds ? split - this.low : this.range - (split - this.low);
    this.low = least;
  }

  /** Whether what happens in `ways` of `of` cases happens to this lot. */
  decide(lot: number, ways: number, of: number): boolean {
    const split = this.split(ways, of);
    const holds = lotOfRound(lot, this.round) < split;
    this.decided(split, holds);
    return holds;
  }

  /** One of 0 to `count` - 1, by fresh lots, of which none is left then. */
  pick(lot: number, count: number): number {
    return pickOf(lotOfRound(lot, this.picked()), count);
  }

  /** Something is picked; the round of the lots that pick it. */
  picked(): number {
    this.#renew();
    this.range = 0;
    return this.round;
  }

  #renew(): void {
    this.round++;
    this.low = 0;
    this.range = LOTS;
  }
}

/** One of 0 to `count` - 1, of a lot. `count`: at most 2^31. */
export function pickOf(lot: number, count: number): number {
  return Math.floor((lot / LOTS) * count);
}

/** The fresh lot that a packet's first one stands for when there were fresh ones `round` times. */
export function lotOfRound(lot: number, round: number): number {
  if (round === 0) return lot;
  const upper = (lot / 2 ** 32) | 0;
  const one = mixed((lot | 0) ^ Math.imul(round, 0x9e3779b1));
  const two = mixed(one ^ upper ^ Math.imul(round, 0xc2b2ae35));
  const three = mixed(two + one + 0x9e3779b9);
  return (two >>> 0) * 2 ** 21 + (three >>> 11);
}

/** Bits of a number spread over all of it (MurmurHash3's `fmix32`). */
function mixed(number: number): number {
  let bits = number;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
