import type { Chooser, DrawsAhead } from "../choose/types.js";

/** A chooser whose draws of one packet can be given back, to be taken again by the reference walk. */
export interface Dice extends Chooser {
  readonly ahead: DrawsAhead;
  /** Keeps what `pick` answered along with the draws from `from` on; tells where these are now. */
  readonly keep: (from: number, picked: number) => number;
}

export function diceOf(chooser: Chooser): Dice {
  const { ahead, draw, pick } = chooser;
  // There a pick is made of a draw, which is kept as such.
  return ahead === undefined ? oneByOne(chooser) : { draw, pick, ahead, keep: (from) => from };
}

/** Asks for one at a time, no sooner than it is needed. */
function oneByOne(chooser: Chooser): Dice {
  const put = (from: number, draw: number | undefined): void => {
    const kept = ahead.draws.subarray(from, ahead.end);
    if (kept.length === ahead.draws.length) ahead.draws = new Int32Array(kept.length * 2);
    ahead.draws.set(kept);
    ahead.next -= from;
    ahead.end = kept.length;
    if (draw !== undefined) ahead.draws[ahead.end++] = draw;
  };
  const ahead: DrawsAhead = {
    draws: new Int32Array(64),
    next: 0,
    end: 0,
    more: (from) => put(from, chooser.draw()),
  };
  const again = (): number | undefined =>
    ahead.next < ahead.end ? ahead.draws[ahead.next++] : undefined;
  return {
    ahead,
    draw: () => again() ?? chooser.draw(),
    pick: (count) => again() ?? chooser.pick(count),
    keep: (from, picked) => {
      put(from, picked);
      ahead.next = ahead.end;
      return 0;
    },
  };
}
