import { MAX_32, numberRange, type Range } from "./codecs.js";

/** Security parameter indices. */
export const spiRange = numberRange(MAX_32);

/** A save is silent about a range of all, even where it is negated. */
export function isEvery({ min, max }: Range): boolean {
  return min === 0 && max === MAX_32;
}
