import { codesOf, type Codes } from "./codes.js";
import { EMPTY_HASH, withLetter } from "./span-memory.js";

export const BLANK = 32;
export const NOT = 33;
export const DASH = 45;
const QUOTE = 34;

/** Letters in quotes that have 1,023 bytes at most, whatever they are. */
const MAX_QUOTED = 340;

/** Walks over the letters of a text in which a save's rules stand, keeping the hash of each walk. */
export class SaveText {
  readonly text: string;
  #codes: Codes | undefined;
  /** Of the letters that were walked over last, where the walk keeps one. */
  hash = 0;
  /** The first backslash behind what has been asked about; it makes words unlike their text. */
  #backslash = -1;

  constructor(text: string) {
    this.text = text;
  }

  /** Of its letters; found when they are asked for, since a text may have no line of a save. */
  get codes(): Codes {
    this.#codes ??= codesOf(this.text);
    return this.#codes;
  }

  /** Whether there is a backslash from `from` to `to`; `from` never goes back. */
  hasBackslash(from: number, to: number): boolean {
    if (this.#backslash < from) {
      const next = this.text.indexOf("\\", from);
      this.#backslash = next < 0 ? Number.MAX_SAFE_INTEGER : next;
    }
    return this.#backslash < to;
  }

  /** The end of the word of plain letters at `from`; -1 where it holds others or is empty. */
  wordEnd(from: number, end: number): number {
    const { codes } = this;
    let hash = EMPTY_HASH;
    let at = from;
    for (; at < end; at++) {
      const code = codes[at] ?? 0;
      if (!isPlain(code)) {
        if (code === BLANK) break;
        if (code !== NOT) return -1;
      }
      hash = withLetter(hash, code);
    }
    this.hash = hash;
    return at === from ? -1 : at;
  }

  /** As `wordEnd`, without a hash. */
  plainWordEnd(from: number, end: number): number {
    const { codes } = this;
    let at = from;
    for (; at < end; at++) {
      const code = codes[at] ?? 0;
      if (isPlain(code)) continue;
      if (code === BLANK) break;
      if (code !== NOT) return -1;
    }
    return at === from ? -1 : at;
  }

  /** Where the last word before `end` begins, if not before `from`. */
  lastWord(from: number, end: number): number {
    const { codes } = this;
    let at = end;
    while (at > from && codes[at - 1] !== BLANK) at--;
    return at;
  }

  /** Of letters that have been walked over before. */
  hashOf(from: number, to: number): number {
    const { codes } = this;
    let hash = EMPTY_HASH;
    for (let at = from; at < to; at++) hash = withLetter(hash, codes[at] ?? 0);
    return hash;
  }

  /**
   * The end of the words from `from` on, of which quotes may enclose some: the blank before the
   * next `-x` or `! -x`, or before `-m comment`, or `end`; -1 for what a save does not write.
   */
  clauseEnd(from: number, end: number): number {
    return this.#wordsEnd(from, end, true);
  }

  /** The end of all words up to `end`, likewise. */
  lastEnd(from: number, end: number): number {
    return this.#wordsEnd(from, end, false);
  }

  #wordsEnd(from: number, end: number, ofClause: boolean): number {
    const { codes } = this;
    let hash = EMPTY_HASH;
    let at = from;
    for (; at < end; at++) {
      const code = codes[at] ?? 0;
      if (!isPlain(code)) {
        if (code === QUOTE) {
          const close = this.quoteEnd(at, end);
          if (close < 0) return -1;
          for (; at < close; at++) hash = withLetter(hash, codes[at] ?? 0);
        } else if (code === BLANK) {
          if (ofClause && this.#endsClause(at)) break;
          if (codes[at + 1] === BLANK) return -1;
        } else if (code !== NOT) {
          return -1;
        }
      }
      hash = withLetter(hash, code);
    }
    this.hash = hash;
    return at === from ? -1 : at;
  }

  /** `-m` of anything but a comment goes on with the row of matches. */
  #endsClause(blank: number): boolean {
    const { codes } = this;
    const isNot = (codes[blank + 1] ?? 0) === NOT && (codes[blank + 2] ?? 0) === BLANK;
    const dash = isNot ? blank + 3 : blank + 1;
    if ((codes[dash] ?? 0) !== DASH || (codes[dash + 1] ?? 0) === DASH) return false;
    return isNot || (codes[dash + 1] ?? 0) !== 109 || this.text.startsWith(" -m comment ", blank);
  }

  /** The `"` that closes one at the start of a word, itself at the word's end; -1 for other uses. */
  quoteEnd(open: number, end: number): number {
    const { codes } = this;
    const close = this.#nextQuote(open + 1, Math.min(end, open + MAX_QUOTED + 1));
    if (close < 0) return -1;
    if ((codes[open - 1] ?? 0) !== BLANK) return -1;
    return close + 1 === end || (codes[close + 1] ?? 0) === BLANK ? close : -1;
  }

  #nextQuote(from: number, to: number): number {
    const { codes } = this;
    for (let at = from; at < to; at++) if (codes[at] === QUOTE) return at;
    return -1;
  }
}

/** A letter of a word, neither a quote nor `!`: nearly all are, so this is asked first. */
function isPlain(code: number): boolean {
  return code > QUOTE && code < 127;
}
