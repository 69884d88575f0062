import { parseMasked, mark, oneWord, type MaskedNumber } from "./codecs.js";
import type { Codec } from "./define.js";

/**
 * A number under a mask that a file of the host may have a name for; of names only that of 0 is the
 * same on every host (iproute2's files), and a save prints it.
 */
export function namedNumber(nameOfZero: string): Codec<MaskedNumber> {
  return oneWord(
    (text) => (text === nameOfZero ? ZERO : parseMasked(text)),
    (value, reading) =>
      value.value === 0 && value.mask === ZERO.mask ? nameOfZero : mark.write(value, reading),
  );
}

const ZERO: MaskedNumber = { value: 0, mask: 0xffffffff };
