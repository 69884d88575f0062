import type { Chooser } from "../choose/types.js";

/** So many lots are taken at once, as many as the batch still needs at most. */
const AT_ONCE = 1024;

/** Lots of a batch's packets, one each, some ahead of the packet that it stands at. */
export class LotsAhead {
  readonly #chooser: Chooser;
  readonly #count: number;
  /** From packet `first` to before packet `end`. Not a number: the chooser leaves it open. */
  readonly row: Float64Array;
  first = 0;
  end = 0;
  /** None of these is left open. */
  isWhole = true;

  /** `count`: packets of the batch. */
  constructor(chooser: Chooser, count: number) {
    this.#chooser = chooser;
    this.#count = count;
    this.row = new Float64Array(Math.min(AT_ONCE, count));
  }

  /** Takes more where those before packet `at` are all that there are. */
  reach(at: number): void {
    if (at < this.end) return;
    const count = Math.min(AT_ONCE, this.#count - at);
    this.first = at;
    this.end = at + count;
    this.isWhole = true;
    const { lot, lots } = this.#chooser;
    if (lots !== undefined) return lots(this.row, count);
    for (let own = 0; own < count; own++) {
      const taken = lot();
      if (taken === undefined) this.isWhole = false;
      this.row[own] = taken ?? Number.NaN;
    }
  }

  /** The lot of packet `at`, which was reached. */
  lotOf(at: number): number | undefined {
    const lot = this.row[at - this.first] ?? Number.NaN;
    return Number.isNaN(lot) ? undefined : lot;
  }
}
