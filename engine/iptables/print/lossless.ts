import type { Dump } from "../parse.js";

/**
 * The dump as it was read, letter for letter: line ends, banners, blanks, lines that were no rules,
 * what was refused and what was not understood. The rules' own words stand in their origins too.
 */
export function printLossless({ text }: Dump): string {
  return text;
}
