import { isRefusal, type Codec, type Refusal } from "./define.js";
import { hex, MAX_32, oneWord, parseMasked, parseNumber, type MaskedNumber } from "./codecs.js";

const bits = (text: string): number | Refusal => parseNumber(text, 0, MAX_32);
const write = ({ value, mask }: MaskedNumber): string => `${hex(value)}/${hex(mask)}`;

/** `VALUE[/MASK]`, by which a mark becomes `(mark & ~MASK) ^ VALUE` (`xt_mark.c: mark_tg`). */
export const setXmark: Codec<MaskedNumber> = oneWord((text) => parseMasked(text), write);

/**
 * Other notations of the same. `--set-mark` zeroes the bits of the mask and ors the value in, which
 * is one xor with `mask | value` as mask.
 */
export const MARK_NOTATIONS: Readonly<Record<string, Codec<MaskedNumber>>> = {
  "--set-mark": notation(
    (text) => parseMasked(text),
    ({ value, mask }) => ({ value, mask: (mask | value) >>> 0 }),
  ),
  "--and-mark": notation(bits, (value) => ({ value: 0, mask: ~value >>> 0 })),
  "--or-mark": notation(bits, (value) => ({ value, mask: value })),
  "--xor-mark": notation(bits, (value) => ({ value, mask: 0 })),
};

function notation<T>(
  read: (text: string) => T | Refusal,
  convert: (value: T) => MaskedNumber,
): Codec<MaskedNumber> {
  return oneWord((text) => {
    const value = read(text);
    return isRefusal(value) ? value : convert(value);
  }, write);
}
