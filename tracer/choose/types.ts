/** Who decides where the kernel would throw dice. */
export interface Chooser {
  /** A 31-bit draw, 0 to 2^31-1, or `undefined`: follow every way. */
  readonly draw: () => number | undefined;
  /** One of 0 to `count` - 1, or `undefined`: leave it open. */
  readonly pick: (count: number) => number | undefined;
  /** Where `draw` takes its own from, and `pick` the one that `pickOf` makes its answer of. */
  readonly ahead?: DrawsAhead;
}

/**
 * Draws that were made ahead, for whoever takes many: the next one is `draws[next]`. Whoever gives
 * some back takes all from here: `draw` and `pick` forget those before when there are no more.
 */
export interface DrawsAhead {
  draws: Int32Array;
  /** Whoever takes one moves this on; whoever gives some back moves it back. */
  next: number;
  /** How many there are. */
  end: number;
  /** Makes more; those from `from` on are kept and are then the first. */
  readonly more: (from: number) => void;
}

/** One of 0 to `count` - 1, of a 31-bit draw. */
export function pickOf(draw: number, count: number): number {
  return Math.floor((draw / 2 ** 31) * count);
}
