import { refuse, type Codec } from "./define.js";
import { oneWord } from "./codecs.js";

/** A word as a save quotes it: bare when of letters, digits, `_` and `-` (`xtables_save_string`). */
export function quote(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `"${text.replaceAll(/["\\']/g, "\\$&")}"`;
}

/** Text of at most `bytes` bytes of UTF-8; what is longer is cut off, as iptables does. */
export function quoted(bytes: number): Codec<string> {
  return { ...oneWord((text) => cutBytes(text, bytes), quote), plainKind: () => 1 };
}

/** As `quoted`, one line, not empty (`--log-prefix`). */
export function prefixText(bytes: number): Codec<string> {
  return oneWord((text) => {
    if (text === "") return refuse("the text is empty");
    return text.includes("\n") ? refuse("the text holds a line break") : cutBytes(text, bytes);
  }, quote);
}

/** A name without quotes, cut to `bytes` bytes of UTF-8. */
export function name(bytes: number): Codec<string> {
  return oneWord(
    (text) => cutBytes(text, bytes),
    (value) => value,
  );
}

/** Whether `/proc` can hold a file of this name (kernel: `xt_check_proc_name`). */
export function isFileName(text: string): boolean {
  return text !== "" && text !== "." && text !== ".." && !text.includes("/");
}

function cutBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text;
  const encoded = new TextEncoder().encode(text);
  return encoded.length <= bytes ? text : new TextDecoder().decode(encoded.subarray(0, bytes));
}

/** As `name`, an interface (`IFNAMSIZ`). */
export const cutInterfaceName: Codec<string> = name(15);

/** A name of up to 15 bytes, or a prefix ending in `+`. */
export const interfaceName: Codec<string> = oneWord(
  (text) =>
    new TextEncoder().encode(text).length <= 15
      ? text
      : refuse(`interface name "${text}" is longer than 15 bytes`),
  (value) => value,
);
