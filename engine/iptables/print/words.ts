import type { Negatable } from "../types.js";

/** `! -s VALUE` or `-s VALUE`. */
export function asked(flag: string, { not }: Negatable<unknown>, value: string): string {
  return `${not ? "! " : ""}${flag}${value === "" ? "" : ` ${value}`}`;
}

/** Joined by blanks, what is not there left out. */
export function joinWords(words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== "").join(" ");
}
