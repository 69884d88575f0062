import { define, negatable, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { MAX_16, number, oneOf, oneWord, present } from "./codecs.js";
import { saveOptions } from "./save.js";

const MAX_PATTERN = 128;

/** 1 to 128 bytes to look for, a character of 0 to 255 for each. */
export interface Pattern {
  readonly bytes: string;
}

/** Bytes that are not all printable are written in hex. */
const pattern: Codec<Pattern> = oneWord(
  (text) => sized(bytesOf(text)),
  ({ bytes }) =>
    isHex(bytes)
      ? `"|${bytes.replaceAll(/./gs, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"))}|"`
      : `"${bytes.replaceAll(/["\\]/g, "\\$&")}"`,
);

function bytesOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join("");
}

function sized(bytes: string): Pattern | ReturnType<typeof refuse> {
  return bytes.length <= MAX_PATTERN ? { bytes } : refuse(`more than ${MAX_PATTERN} bytes`);
}

function isHex(bytes: string): boolean {
  return /[^ -~]/.test(bytes) || bytes.endsWith("\\");
}

/** A hex block and the character after it, which stands for itself; or one character. */
const HEX_PART =
  /^(?:\| *(?<hex>(?:[0-9a-fA-F]{2} ?)+)\|(?<after>.?)|\\(?<literal>.)|(?<plain>[^|\\]))/s;

/** Text with `|` around hex digits, and `\` before a character that stands for itself. */
const hexPattern: Codec<Pattern> = oneWord((text) => {
  let bytes = "";
  for (let rest = text; rest !== "";) {
    const part = HEX_PART.exec(rest);
    if (part?.groups === undefined) return refuse(`"${rest}" is no hex block or text`);
    const { hex = "", after = "", literal = "", plain = "" } = part.groups;
    bytes += `${fromHex(hex)}${bytesOf(`${after}${literal}${plain}`)}`;
    rest = rest.slice(part[0].length);
  }
  return sized(bytes);
}, pattern.write);

function fromHex(digits: string): string {
  const pairs = digits.replaceAll(" ", "");
  return pairs.replaceAll(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
}

const options = {
  pattern: negatable("--string", pattern, { also: { "--hex-string": hexPattern } }),
  algo: option("--algo", oneOf(["bm", "kmp"])),
  from: option("--from", number(0, MAX_16)),
  to: option("--to", number(0, MAX_16)),
  icase: option("--icase", present),
};

/** Kernel: `net/netfilter/xt_string.c: string_mt`. */
export const string = define({
  name: "string",
  families: [4, 6],
  options,
  check: (data) => {
    if (data.pattern === undefined) return "one of --string and --hex-string is required";
    if (data.algo === undefined) return "--algo is required";
    if (data.pattern.value.bytes === "") return "the pattern is empty";
    return (data.from ?? 0) > (data.to ?? MAX_16) ? "--from is beyond --to" : undefined;
  },
  normalise: ({ from, to, ...data }) => ({
    ...data,
    ...(from === undefined || from === 0 ? {} : { from }),
    ...(to === undefined || to === MAX_16 ? {} : { to }),
  }),
  save: (data, reading) => {
    const saved = saveOptions(options, data, reading);
    return data.pattern !== undefined && isHex(data.pattern.value.bytes)
      ? saved.replace("--string", "--hex-string")
      : saved;
  },
});
export type StringMatch = InstanceOf<typeof string>;
