import { define, isRefusal, option, type Codec, type InstanceOf } from "./define.js";
import { hex, MAX_32, oneWord, parseMasked, parseNumber, type MaskedNumber } from "./codecs.js";

/** `(mark & ~mask) ^ value` (kernel: `net/netfilter/xt_mark.c: mark_tg`). */
const setXmark: Codec<MaskedNumber> = oneWord(
  parseMasked,
  ({ value, mask }) => `${hex(value)}/${hex(mask)}`,
);
/** Bits in the mask are zeroed and the value or-ed in: `mask | value` makes that one xor. */
const setMark: Codec<MaskedNumber> = notation(parseMasked, ({ value, mask }) => ({
  value,
  mask: (mask | value) >>> 0,
}));
const bits = (text: string) => parseNumber(text, 0, MAX_32);

function notation<T>(
  read: (text: string) => T | { readonly refused: string },
  convert: (value: T) => MaskedNumber,
): Codec<MaskedNumber> {
  return oneWord((text) => {
    const value = read(text);
    return isRefusal(value) ? value : convert(value);
  }, setXmark.write);
}

export const markTarget = define({
  name: "MARK",
  families: [4, 6],
  terminates: false,
  options: {
    xmark: option("--set-xmark", setXmark, {
      also: {
        "--set-mark": setMark,
        "--and-mark": notation(bits, (value) => ({ value: 0, mask: ~value >>> 0 })),
        "--or-mark": notation(bits, (value) => ({ value, mask: value })),
        "--xor-mark": notation(bits, (value) => ({ value, mask: 0 })),
      },
    }),
  },
  check: (data) =>
    data.xmark === undefined
      ? "one of --set-xmark, --set-mark, --and-mark, --or-mark, --xor-mark is required"
      : undefined,
});
export type MarkTarget = InstanceOf<typeof markTarget>;
