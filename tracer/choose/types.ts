/** Who decides where the kernel would throw dice. */
export interface Chooser {
  /**
   * The next packet's lot, 0 to `LOTS` - 1, all as likely: it decides whatever is drawn on that
   * packet's way (`Luck`). `undefined`: follow every way.
   */
  readonly lot: () => number | undefined;
  /** The next `count` lots at once, as `lot` would give them one by one; none of them is left open. */
  readonly lots?: (into: Float64Array, count: number) => void;
}
