import type { Match } from "../types.js";
import type { ClauseReader } from "./clauses.js";
import type { SaveText } from "./save-text.js";
import { flagsOf, matchTable, type ExtensionTable } from "./registry.js";
import { SpanMemory } from "./span-memory.js";

const COMMENT = "comment --comment ";
const NEXT_MATCH = " -m ";

/**
 * The matches of one line: comments, which are mostly unlike each other, and rows of other matches,
 * which are mostly like those of a line before.
 */
export class SaveMatches {
  /** Those whose meaning is known; `undefined`: none. */
  value: readonly Match[] | undefined;
  readonly #source: SaveText;
  readonly #clauses: ClauseReader;
  readonly #rows: SpanMemory<readonly Match[]>;
  /** A row whose meaning waits for what is behind it; `#rowFrom` -1: there is none. */
  #rowFrom = -1;
  #rowTo = -1;
  #rowHash = 0;
  /** What `-p` had said when the row was read; its values depend on that, its soundness on all. */
  #rowProtocol: number | undefined;
  /** The late options of its last match; `#lateFrom` -1: there are none. */
  #lateFrom = -1;
  #lateTo = -1;
  /** Whether a protocol from here on could change what the words before it meant. */
  #isFixed = false;

  constructor(source: SaveText, clauses: ClauseReader) {
    this.#source = source;
    this.#clauses = clauses;
    this.#rows = new SpanMemory(source.text);
  }

  start(): void {
    this.value = undefined;
    this.#rowFrom = -1;
    this.#lateFrom = -1;
    this.#isFixed = false;
  }

  /** Whether the line has named any match so far. */
  get isAny(): boolean {
    return this.value !== undefined || this.#rowFrom >= 0;
  }

  /** Reads from behind `-m ` to the end of the row, which is returned; -1 where that fails. */
  read(from: number, end: number, protocol: number | undefined): number {
    if (!this.finish(protocol)) return -1;
    const { text } = this.#source;
    if (text.startsWith(COMMENT, from)) return this.#readComment(from + COMMENT.length, end);
    const to = this.#source.clauseEnd(from, end);
    this.#rowFrom = from;
    this.#rowTo = to;
    this.#rowHash = this.#source.hash;
    this.#rowProtocol = protocol;
    return to;
  }

  /** Reads `--OPTION VALUE` behind another clause: it belongs to the last match. */
  readLate(from: number, end: number): number {
    if (this.#rowFrom < 0 || this.#lateFrom >= 0) return -1;
    this.#lateFrom = from;
    this.#lateTo = this.#source.clauseEnd(from, end);
    return this.#lateTo;
  }

  /** Whether a `-p` may come now: it changes nothing that has been worked out. */
  get takesProtocol(): boolean {
    return !this.#isFixed && this.#lateFrom < 0;
  }

  /** Whether no option could be another match's than the one it stands behind. */
  get isPlain(): boolean {
    return this.value === undefined || this.value.length < 3 || !hasTakenOptions(this.value);
  }

  /** Gives the waiting row its meaning; `false` where it has none for certain. */
  finish(protocol: number | undefined): boolean {
    if (this.#rowFrom < 0) return true;
    const row = this.#lateFrom < 0 ? this.#rowMeaning(protocol) : this.#lateMeaning(protocol);
    this.#rowFrom = -1;
    this.#lateFrom = -1;
    this.#isFixed = true;
    if (row === undefined) return false;
    this.value = joined(this.value, row);
    return true;
  }

  #rowMeaning(protocol: number | undefined): readonly Match[] | undefined {
    const from = this.#rowFrom;
    const to = this.#rowTo;
    const before = this.#rowProtocol;
    const context = (before ?? 256) * 512 + (protocol ?? 256);
    const known = this.#rows.recall(this.#rowHash, from, to, context);
    if (known !== undefined) return known ?? undefined;
    const row = this.#clauses.matches(this.#source.text.slice(from, to), before, protocol);
    return this.#rows.keep(this.#rowHash, from, to, context, row ?? null) ?? undefined;
  }

  /** As if the options stood where a save puts them: right behind the last match's own. */
  #lateMeaning(protocol: number | undefined): readonly Match[] | undefined {
    const { text } = this.#source;
    const before = this.#rowProtocol;
    const row = text.slice(this.#rowFrom, this.#rowTo);
    const cut = row.lastIndexOf(NEXT_MATCH);
    const last = cut < 0 ? row : row.slice(cut + NEXT_MATCH.length);
    // Of one match some values would be read by the one protocol, some by the other.
    if (before !== protocol && last.includes(" ")) return undefined;
    const late = text.slice(this.#lateFrom, this.#lateTo);
    const end = this.#clauses.remembered(`${last} ${late}`, protocol, protocol);
    if (cut < 0 || end === undefined) return end;
    const start = this.#clauses.remembered(row.slice(0, cut), before, protocol);
    return start === undefined ? undefined : [...start, ...end];
  }

  #readComment(from: number, end: number): number {
    const { text } = this.#source;
    const isQuoted = text.charCodeAt(from) === 34;
    const close = isQuoted ? this.#source.quoteEnd(from, end) : this.#source.wordEnd(from, end) - 1;
    if (close < 0) return -1;
    const words = isQuoted ? text.slice(from + 1, close) : text.slice(from, close + 1);
    const match = this.#clauses.comment(words);
    if (match === undefined) return -1;
    this.value = this.value === undefined ? [match] : [...this.value, match];
    return close + 1;
  }
}

/**
 * Whether a match is named again behind another one that has some of its options: that one takes
 * them then (`resolveLong`).
 */
function hasTakenOptions(matches: readonly Match[]): boolean {
  return matches.some((match, at) => {
    const first = matches.findIndex(({ name }) => name === match.name);
    const own = matchTable(match.name);
    const between = matches.slice(first + 1, at).filter(({ name }) => name !== match.name);
    return between.some(({ name }) => shareOptions(own, matchTable(name)));
  });
}

function shareOptions(
  left: ExtensionTable | undefined,
  right: ExtensionTable | undefined,
): boolean {
  const flags = new Set(left === undefined ? [] : flagsOf(left).keys());
  return right !== undefined && [...flagsOf(right).keys()].some((flag) => flags.has(flag));
}

/** Written out for the commonest case; an array has just the room that it needs. */
function joined(before: readonly Match[] | undefined, row: readonly Match[]): readonly Match[] {
  if (before === undefined) return row;
  const [first] = before;
  const [second] = row;
  return before.length === 1 && row.length === 1 && first !== undefined && second !== undefined
    ? [first, second]
    : [...before, ...row];
}
