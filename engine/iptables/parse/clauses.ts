import type { Family } from "../../net/ip.js";
import { isRefusal, type Reading } from "../extensions/define.js";
import type { Match, Target } from "../types.js";
import { isMatch, isTarget, knownMatch, knownTarget, type KnownExtension } from "./registry.js";

/**
 * How many meanings a memory holds. Rules that are alike mostly stand near each other, and large
 * memories cost more (each garbage collection looks through them) than they save.
 */
const MAX_REMEMBERED = 1_024;

type Find = (name: string, family: Family) => KnownExtension | undefined;

/**
 * Gives equal words under the same `-p` the same meaning, so that it is worked out, and kept, once.
 * `undefined` is a meaning too: none.
 */
class Memory<Meaning> {
  readonly #find: (words: string, protocol: number | undefined) => Meaning | undefined;
  readonly #byProtocol = new Map<number | undefined, Map<string, Meaning | null>>();
  #protocol: number | undefined;
  /** What is remembered under the running protocol. */
  #known = new Map<string, Meaning | null>();
  #held = 0;

  constructor(find: (words: string, protocol: number | undefined) => Meaning | undefined) {
    this.#find = find;
    this.#byProtocol.set(undefined, this.#known);
  }

  meaning(words: string, protocol: number | undefined): Meaning | undefined {
    if (protocol !== this.#protocol) this.#turnTo(protocol);
    const before = this.#known.get(words);
    if (before !== undefined) return before ?? undefined;
    if (this.#held++ >= MAX_REMEMBERED) {
      this.#held = 0;
      for (const each of this.#byProtocol.values()) each.clear();
    }
    const found = this.#find(words, protocol);
    this.#known.set(words, found ?? null);
    return found;
  }

  #turnTo(protocol: number | undefined): void {
    this.#protocol = protocol;
    this.#known = this.#byProtocol.get(protocol) ?? new Map<string, Meaning | null>();
    this.#byProtocol.set(protocol, this.#known);
  }
}

/**
 * Reads `-m NAME OPTIONS` and `-j NAME OPTIONS` where they are written the way a save writes them:
 * one blank between words, every option by its full name and right behind its extension. Anything
 * else, and anything that is wrong, is `undefined` and left to `RuleReader`, with which this agrees
 * (a property test holds the two equal).
 */
export class ClauseReader {
  readonly #family: Family;
  readonly #matches: Memory<Match>;
  readonly #rows: Memory<readonly Match[]>;
  readonly #targets: Memory<Target>;

  constructor(family: Family) {
    this.#family = family;
    this.#matches = new Memory((words, protocol) => this.#readAnew(words, protocol));
    this.#rows = new Memory((words, protocol) => this.#readRow(words, protocol));
    this.#targets = new Memory((words, protocol) => {
      const data = readData(words, { family, protocol }, knownTarget);
      return data !== undefined && isTarget(data) ? data : undefined;
    });
  }

  /** Several matches in a row: `comment --comment x -m tcp --dport 80`, the first `-m` left out. */
  matches(words: string, protocol: number | undefined): readonly Match[] | undefined {
    return this.#rows.meaning(words, protocol);
  }

  /** `NAME OPTIONS` after a `-j`. */
  target(words: string, protocol: number | undefined): Target | undefined {
    return this.#targets.meaning(words, protocol);
  }

  #readRow(words: string, protocol: number | undefined): readonly Match[] | undefined {
    const row: Match[] = [];
    let at = 0;
    while (at < words.length) {
      const end = matchEnd(words, at);
      const match = this.#readMatch(words.slice(at, end), protocol);
      if (match === undefined) return undefined;
      row.push(match);
      at = end + NEXT_MATCH.length;
    }
    // A copy has just the room it needs; an array that grew has room for 17.
    return row.slice();
  }

  /** Comments are mostly unlike each other: not worth remembering alone. */
  #readMatch(words: string, protocol: number | undefined): Match | undefined {
    return words.startsWith("comment ")
      ? this.#readAnew(words, protocol)
      : this.#matches.meaning(words, protocol);
  }

  #readAnew(words: string, protocol: number | undefined): Match | undefined {
    const data = readData(words, { family: this.#family, protocol }, knownMatch);
    return data !== undefined && isMatch(data) ? data : undefined;
  }
}

interface Data {
  readonly name: string;
  [option: string]: unknown;
}

/** What `NAME OPTIONS` say. */
function readData(words: string, reading: Reading, find: Find): Data | undefined {
  const blank = words.indexOf(" ");
  const extension = find(blank < 0 ? words : words.slice(0, blank), reading.family);
  if (extension === undefined) return undefined;
  const { table } = extension;
  if (table.protocol !== undefined && table.protocol !== reading.protocol) return undefined;
  const data: Data = { name: table.name };
  if (blank >= 0 && !readOptions(words, blank + 1, extension, reading, data)) return undefined;
  return table.check?.(data, reading) === undefined ? data : undefined;
}

const NEXT_MATCH = " -m ";

/** Where the first of several matches ends: before a ` -m ` that no quote encloses. */
function matchEnd(words: string, from: number): number {
  let next = words.indexOf(NEXT_MATCH, from);
  let quote = words.indexOf('"', from);
  while (quote >= 0 && next >= 0 && quote < next) {
    const close = words.indexOf('"', quote + 1);
    if (close > next) next = words.indexOf(NEXT_MATCH, close);
    quote = words.indexOf('"', close + 1);
  }
  return next < 0 ? words.length : next;
}

/** Whether all the words from `from` on could be read. */
function readOptions(
  words: string,
  from: number,
  extension: KnownExtension,
  reading: Reading,
  data: Data,
): boolean {
  let at = from;
  while (at < words.length) {
    const not = words.startsWith("! ", at);
    if (not) at += 2;
    const flagEnd = wordEnd(words, at);
    const flag = extension.flags.get(words.slice(at, flagEnd));
    if (flag === undefined || flag.option.collect !== undefined) return false;
    if (not && !flag.option.negatable) return false;
    if (data[flag.key] !== undefined) return false;
    at = flagEnd + 1;
    const values: string[] = [];
    for (let count = 0; count < flag.codec.words; count++) {
      if (at >= words.length) return false;
      const end = wordEnd(words, at);
      const value = words.charCodeAt(at) === 34 ? unquoted(words, at, end) : words.slice(at, end);
      if (value === undefined || (count === 0 ? value === "!" : /^[-!]/.test(value))) return false;
      values.push(value);
      at = end + 1;
    }
    const value = flag.codec.read(values, reading);
    if (isRefusal(value)) return false;
    data[flag.key] = flag.option.negatable ? { not, value } : value;
  }
  return true;
}

/** Where the word that begins at `from` ends: at a blank that no quote encloses. */
function wordEnd(words: string, from: number): number {
  const start = words.charCodeAt(from) === 34 ? words.indexOf('"', from + 1) : from;
  const end = start < 0 ? -1 : words.indexOf(" ", start);
  return end < 0 ? words.length : end;
}

/** The inside of a word that is quoted from its first letter to its last. */
function unquoted(words: string, start: number, end: number): string | undefined {
  if (end - start < 2 || words.charCodeAt(end - 1) !== 34) return undefined;
  return words.slice(start + 1, end - 1);
}
