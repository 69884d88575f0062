import { isRefusal, refuse, type Codec, type Refusal } from "./define.js";
import { oneWord, parseNumber } from "./codecs.js";

/** Codes from `minCode` to `maxCode` of a type; IPv4's type 255 stands for any type. */
export interface IcmpType {
  readonly type: number;
  readonly minCode: number;
  readonly maxCode: number;
}

/** A name with its type and code; without a code: all of them. */
export type IcmpName = readonly [name: string, type: number, code?: number];

/**
 * `TYPE`, `TYPE/CODE`, or a name, which may be cut short as long as one name only starts so. A save
 * prints of a range of codes the first only.
 */
export function icmpType(
  names: readonly IcmpName[],
  write: (type: number) => string,
): Codec<IcmpType> {
  return oneWord(
    (text) => {
      const lower = text.toLowerCase();
      const found = names.filter(([name]) => name.toLowerCase().startsWith(lower));
      if (found.length > 1) {
        return refuse(`"${text}" may be ${found.map(([name]) => name).join(" or ")}`);
      }
      const [only] = found;
      if (only === undefined) return readNumbers(text);
      const [, type, code] = only;
      return { type, minCode: code ?? 0, maxCode: code ?? 255 };
    },
    ({ type, minCode, maxCode }) => {
      const every = minCode === 0 && maxCode === 255;
      return every || write(type) === "any" ? write(type) : `${write(type)}/${minCode}`;
    },
  );
}

function readNumbers(text: string): IcmpType | Refusal {
  const slash = text.indexOf("/");
  const type = readRange(slash < 0 ? text : text.slice(0, slash));
  if (isRefusal(type)) return type;
  if (type.min !== type.max) return refuse("a range of types is not supported");
  if (slash < 0) return { type: type.min, minCode: 0, maxCode: 255 };
  const code = readRange(text.slice(slash + 1));
  return isRefusal(code) ? code : { type: type.min, minCode: code.min, maxCode: code.max };
}

function readRange(text: string): { readonly min: number; readonly max: number } | Refusal {
  const colon = text.indexOf(":");
  const min = parseNumber(colon < 0 ? text : text.slice(0, colon), 0, 255);
  const max = colon < 0 ? min : parseNumber(text.slice(colon + 1), 0, 255);
  if (typeof min !== "number") return refuse(`"${text}" is no ICMP type or code`);
  return typeof max === "number" ? { min, max } : max;
}
