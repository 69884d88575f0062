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
  /** Of the letters that were walked over last; `plainWordEnd` leaves it alone. */
  hash = 0;
  /** Of what `lastEnd` walked over, where its last word begins, no word of it being in quotes; or -1. */
  lastWord = -1;
  /** The hash of all before the last word. */
  headHash = 0;
  /** The first backslash behind what has been asked about; it makes words unlike their text. */
  #backslash = -1;

  constructor(text: string) {
    this.text = text;
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
    const { text } = this;
    let hash = EMPTY_HASH;
    let at = from;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === BLANK) break;
      if (code < BLANK || code > 126 || code === QUOTE) return -1;
      hash = withLetter(hash, code);
    }
    this.hash = hash;
    return at === from ? -1 : at;
  }

  /** As `wordEnd`, without a hash. */
  plainWordEnd(from: number, end: number): number {
    const { text } = this;
    let at = from;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === BLANK) break;
      if (code < BLANK || code > 126 || code === QUOTE) return -1;
    }
    return at === from ? -1 : at;
  }

  /** Of letters that have been walked over before. */
  hashOf(from: number, to: number): number {
    const { text } = this;
    let hash = EMPTY_HASH;
    for (let at = from; at < to; at++) hash = withLetter(hash, text.charCodeAt(at));
    return hash;
  }

  /**
   * The end of the words from `from` on, of which quotes may enclose some: the blank before the
   * next `-x` or `! -x`, or before `-m comment`, or `end`; -1 for what a save does not write.
   */
  clauseEnd(from: number, end: number): number {
    const { text } = this;
    let hash = EMPTY_HASH;
    let at = from;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        const close = this.quoteEnd(at, end);
        if (close < 0) return -1;
        for (; at < close; at++) hash = withLetter(hash, text.charCodeAt(at));
      } else if (code === BLANK) {
        if (this.#endsClause(at)) break;
        if (text.charCodeAt(at + 1) === BLANK) return -1;
      } else if (code < BLANK || code > 126) {
        return -1;
      }
      hash = withLetter(hash, code);
    }
    this.hash = hash;
    return at === from ? -1 : at;
  }

  /** `-m` of anything but a comment goes on with the row of matches. */
  #endsClause(blank: number): boolean {
    const { text } = this;
    const isNot = text.charCodeAt(blank + 1) === NOT && text.charCodeAt(blank + 2) === BLANK;
    const dash = isNot ? blank + 3 : blank + 1;
    if (text.charCodeAt(dash) !== DASH || text.charCodeAt(dash + 1) === DASH) return false;
    return isNot || text.charCodeAt(dash + 1) !== 109 || text.startsWith(" -m comment ", blank);
  }

  /** The end of all words up to `end`. */
  lastEnd(from: number, end: number): number {
    const { text } = this;
    let hash = EMPTY_HASH;
    let isQuoted = false;
    this.lastWord = from;
    this.headHash = hash;
    for (let at = from; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        const close = this.quoteEnd(at, end);
        if (close < 0) return -1;
        isQuoted = true;
        for (; at < close; at++) hash = withLetter(hash, text.charCodeAt(at));
      } else if (code < BLANK || code > 126) {
        return -1;
      } else if (code === BLANK) {
        if (text.charCodeAt(at + 1) === BLANK) return -1;
        this.lastWord = at + 1;
        this.headHash = withLetter(hash, code);
      }
      hash = withLetter(hash, code);
    }
    if (isQuoted) this.lastWord = -1;
    this.hash = hash;
    return from < end ? end : -1;
  }

  /** The `"` that closes one at the start of a word, itself at the word's end; -1 for other uses. */
  quoteEnd(open: number, end: number): number {
    const { text } = this;
    const close = text.indexOf('"', open + 1);
    if (close < 0 || close >= end || close - open > MAX_QUOTED) return -1;
    if (text.charCodeAt(open - 1) !== BLANK) return -1;
    return close + 1 === end || text.charCodeAt(close + 1) === BLANK ? close : -1;
  }
}
