/** Who decides where the kernel would throw dice. */
export interface Chooser {
  /** A 31-bit draw, 0 to 2^31-1, or `undefined`: follow every way. */
  readonly draw: () => number | undefined;
  /** One of 0 to `count` - 1, or `undefined`: leave it open. */
  readonly pick: (count: number) => number | undefined;
}
