import { refuse, type Codec } from "./define.js";
import { MAX_8, oneWord, parseMasked, parseNumber, type MaskedNumber } from "./codecs.js";

/** Names of RFC 1349, which stand for values under the mask 0x3f. */
const NAMES: Readonly<Record<string, number>> = {
  "minimize-delay": 0x10,
  "maximize-throughput": 0x08,
  "maximize-reliability": 0x04,
  "minimize-cost": 0x02,
  "normal-service": 0x00,
};

/** `VALUE[/MASK]` of eight bits, or a name. */
export const tosValue: Codec<MaskedNumber> = oneWord(
  (text) => {
    const name = text.toLowerCase();
    const named = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (named !== undefined) return { value: named, mask: 0x3f };
    return /^\s*\+?\d/.test(text) ? parseMasked(text, MAX_8) : refuse(`"${text}" is no TOS`);
  },
  ({ value, mask }) => `${byte(value)}/${byte(mask)}`,
);

function byte(value: number): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}

/** A number of eight bits as another way to say value and mask. */
export function tosNotation(convert: (value: number) => MaskedNumber): Codec<MaskedNumber> {
  return oneWord((text) => {
    const value = parseNumber(text, 0, MAX_8);
    return typeof value === "number" ? convert(value) : value;
  }, tosValue.write);
}
