import type { Match } from "../types.js";
import type { ClauseReader } from "./clauses.js";
import type { SaveText } from "./save-text.js";
import { flagsOf, matchTable, type ExtensionTable } from "./registry.js";
import { SpanMemory } from "./span-memory.js";

const NO_MATCHES: readonly Match[] = [];

const COMMENT = "comment --comment ";
const NEXT_MATCH = " -m ";

/** A comment, by its place, or where `row` is given matches whose meaning is known. */
interface Part {
  row: readonly Match[] | undefined;
  from: number;
  to: number;
}

/**
 * The matches of one line: comments, which are mostly unlike each other, and rows of other matches,
 * which are mostly like those of a line before. Comments are made when they are asked for only.
 */
export class SaveMatches {
  readonly #source: SaveText;
  readonly #clauses: ClauseReader;
  readonly #rows: SpanMemory<readonly Match[]>;
  /** Of this line the first `#count`; the others are kept to be used again. */
  readonly #parts: Part[] = [];
  #count = 0;
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
    this.#rows = new SpanMemory(source.codes);
  }

  begin(): void {
    this.#count = 0;
    this.#rowFrom = -1;
    this.#lateFrom = -1;
    this.#isFixed = false;
  }

  /** Whether the line has named any match so far. */
  get isAny(): boolean {
    return this.#count > 0 || this.#rowFrom >= 0;
  }

  /** The name of the first one that is no comment; "": there is none. */
  get first(): string {
    for (let at = 0; at < this.#count; at++) {
      const match = this.#parts[at]?.row?.[0];
      if (match !== undefined) return match.name;
    }
    return "";
  }

  /** Those of the line, which is read to its end. */
  make(): readonly Match[] {
    const [first, second] = this.#parts;
    if (this.#count === 0 || first === undefined) return NO_MATCHES;
    const start = this.#matchesOf(first);
    if (this.#count === 1 || second === undefined) return start;
    const next = this.#matchesOf(second);
    // Written out for the commonest case; an array has just the room that it needs.
    if (this.#count === 2 && start.length === 1 && next.length === 1) {
      const [one] = start;
      const [other] = next;
      return one === undefined || other === undefined ? NO_MATCHES : [one, other];
    }
    return this.#parts.slice(0, this.#count).flatMap((part) => this.#matchesOf(part));
  }

  #matchesOf({ row, from, to }: Part): readonly Match[] {
    if (row !== undefined) return row;
    const comment = this.#clauses.comment(this.#source.text.slice(from, to));
    return comment === undefined ? NO_MATCHES : [comment];
  }

  #add(row: readonly Match[] | undefined, from: number, to: number): void {
    const part = this.#parts[this.#count++];
    if (part === undefined) {
      this.#parts.push({ row, from, to });
    } else {
      part.row = row;
      part.from = from;
      part.to = to;
    }
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
    let count = 0;
    for (let at = 0; at < this.#count; at++) count += this.#parts[at]?.row?.length ?? 1;
    return count < 3 || !hasTakenOptions(this.make());
  }

  /** Gives the waiting row its meaning; `false` where it has none for certain. */
  finish(protocol: number | undefined): boolean {
    if (this.#rowFrom < 0) return true;
    const row = this.#lateFrom < 0 ? this.#rowMeaning(protocol) : this.#lateMeaning(protocol);
    this.#rowFrom = -1;
    this.#lateFrom = -1;
    this.#isFixed = true;
    if (row === undefined) return false;
    this.#add(row, -1, -1);
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
    const { text, codes } = this.#source;
    const isQuoted = codes[from] === 34;
    const close = isQuoted
      ? this.#source.quoteEnd(from, end)
      : this.#source.plainWordEnd(from, end) - 1;
    if (close < 0) return -1;
    const start = isQuoted ? from + 1 : from;
    const stop = isQuoted ? close : close + 1;
    if (!this.#clauses.takesComment(text, start, stop)) return -1;
    this.#add(undefined, start, stop);
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
