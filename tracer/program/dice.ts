import { pickOf, type Chooser, type DrawsAhead } from "../choose/types.js";

/** A chooser whose draws of one packet can be given back, to be taken again by the reference walk. */
export interface Dice extends Chooser {
  readonly ahead: DrawsAhead;
  /**
   * Keeps what `pick` answered along with the draws from `from` on; tells where these are now.
   * `undefined`: a pick is made of a draw, which is kept as such.
   */
  readonly keep: ((from: number, picked: number) => number) | undefined;
}

export function diceOf(chooser: Chooser): Dice {
  const { ahead, draw, pick } = chooser;
  return ahead === undefined ? oneByOne(chooser) : { draw, pick, ahead, keep: undefined };
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

/** Deals the draws of one packet after the other; those of a packet can be given back. */
export class Dealer {
  readonly dice: Dice;
  #first = 0;

  constructor(dice: Dice) {
    this.dice = dice;
  }

  /** The next packet begins. */
  begin(): void {
    this.#first = this.dice.ahead.next;
  }

  /** All that this packet has drawn will be drawn again. */
  giveBack(): void {
    this.dice.ahead.next = this.#first;
  }

  /** -1: there are no more. */
  draw(): number {
    const { ahead } = this.dice;
    if (ahead.next === ahead.end) {
      ahead.more(this.#first);
      this.#first = 0;
      if (ahead.next === ahead.end) return -1;
    }
    return ahead.draws[ahead.next++] ?? 0;
  }

  /** One of 0 to `count` - 1; `undefined`: it is left open. */
  readonly pick = (count: number): number | undefined => {
    const { keep } = this.dice;
    if (keep === undefined) {
      // Not by the chooser's own `pick`: that knows nothing of the draws that may be given back.
      const draw = this.draw();
      return draw < 0 ? undefined : pickOf(draw, count);
    }
    const picked = this.dice.pick(count);
    if (picked !== undefined) this.#first = keep(this.#first, picked);
    return picked;
  };
}
