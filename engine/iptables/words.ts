/** One word of a rule; `start` and `end` are its offsets in the line, quotes included. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface SplitLine {
  readonly words: readonly Word[];
  /** Offset of a `"` that the line does not close. */
  readonly openQuote: number | undefined;
}

/** The longest word that `iptables-restore` takes, in bytes (`xshared.c: xt_param_buf`). */
export const MAX_WORD_BYTES = 1023;

const SPACE = 32;
const TAB = 9;
const NEWLINE = 10;
const QUOTE = 34;

/**
 * Splits a line into words exactly as `iptables-restore` does (`xshared.c: add_param_to_argv`):
 * blanks and tabs part words; a `"` may open anywhere, but its closing `"` always ends the word;
 * a backslash escapes the next character inside double quotes only; nothing else quotes. In a
 * quote that is never closed the end of the line belongs to the word.
 */
export function splitWords(line: string, from = 0): SplitLine {
  const words: Word[] = [];
  let at = from;
  while (at < line.length) {
    const code = line.charCodeAt(at);
    if (code === SPACE || code === TAB || code === NEWLINE) {
      at++;
      continue;
    }
    const end = plainEnd(line, at);
    if (line.charCodeAt(end) !== QUOTE) {
      words.push({ text: line.slice(at, end), start: at, end });
      at = end;
      continue;
    }
    const close = closingQuote(line, end + 1);
    const inside = line.slice(end + 1, close < 0 ? line.length : close);
    const text = line.slice(at, end) + unescape(inside) + (close < 0 ? "\n" : "");
    words.push({ text, start: at, end: close < 0 ? line.length : close + 1 });
    if (close < 0) return { words, openQuote: end };
    at = close + 1;
  }
  return { words, openQuote: undefined };
}

function plainEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length) {
    const code = line.charCodeAt(at);
    if (code === SPACE || code === TAB || code === NEWLINE || code === QUOTE) break;
    at++;
  }
  return at;
}

/** Offset of the `"` that closes a quote whose inside begins at `from`; -1 when there is none. */
export function closingQuote(line: string, from: number): number {
  let at = line.indexOf('"', from);
  let backslash = line.indexOf("\\", from);
  while (at >= 0 && backslash >= 0 && backslash < at) {
    if (backslash + 1 === at) at = line.indexOf('"', at + 1);
    backslash = line.indexOf("\\", backslash + 2);
  }
  return at;
}

/** A backslash gives way to the character after it; one at the very end escapes the newline. */
function unescape(text: string): string {
  return text.includes("\\") ? text.replace(/\\([^]?)/g, "$1") : text;
}
