import type { Family } from "../../net/ip.js";
import { isRefusal, type Reading } from "../extensions/define.js";
import type { Match, Target } from "../types.js";
import {
  isMatch,
  isTarget,
  knownMatch,
  knownTarget,
  type KnownExtension,
  type KnownFlag,
} from "./registry.js";

/** How many words are remembered before all of them are forgotten. */
const MAX_REMEMBERED = 256;

type Find = (name: string, family: Family) => KnownExtension | undefined;

/**
 * Reads `-m NAME OPTIONS` and `-j NAME OPTIONS` where they are written the way a save writes them:
 * one blank between words, every option by its full name and right behind its extension. Anything
 * else, and anything that is wrong, is `undefined` and left to `RuleReader`, with which this agrees
 * (a property test holds the two equal).
 */
export class ClauseReader {
  readonly #family: Family;
  /** By words and protocols. */
  readonly #remembered = new Map<string, readonly Match[] | null>();
  readonly #comment: KnownFlag | undefined;
  /** Of comments that are taken, whatever they say; 0: each must be looked at. */
  readonly #commentKind: number;

  constructor(family: Family) {
    this.#family = family;
    this.#comment = knownMatch("comment", family)?.flags.get("--comment");
    const example = "a comment";
    const kind = this.#comment?.codec.plainKind?.(example, 0, example.length, family) ?? 0;
    this.#commentKind = this.comment(example) === undefined ? 0 : kind;
  }

  /**
   * Several matches in a row: `mark --mark 1 -m tcp --dport 80`, the first `-m` left out; `before`
   * is what `-p` had said when the words came, `protocol` what it says in the whole rule.
   */
  matches(
    words: string,
    before: number | undefined,
    protocol: number | undefined,
  ): readonly Match[] | undefined {
    const row: Match[] = [];
    let at = 0;
    while (at < words.length) {
      const end = matchEnd(words, at);
      const match = this.#readMatch(words.slice(at, end), before, protocol);
      if (match === undefined) return undefined;
      row.push(match);
      at = end + NEXT_MATCH.length;
    }
    // A copy has just the room it needs; an array that grew has room for 17.
    return row.slice();
  }

  /** As `matches`, for words that do not stand together in the text; remembers some of them. */
  remembered(
    words: string,
    before: number | undefined,
    protocol: number | undefined,
  ): readonly Match[] | undefined {
    const key = `${before} ${protocol} ${words}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known ?? undefined;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    const found = this.matches(words, before, protocol);
    this.#remembered.set(key, found ?? null);
    return found;
  }

  /** Whether `comment` takes the letters from `from` to `to`. */
  takesComment(text: string, from: number, to: number): boolean {
    const kind = this.#comment?.codec.plainKind?.(text, from, to, this.#family) ?? 0;
    if (kind > 0 && kind === this.#commentKind) return true;
    return this.comment(text.slice(from, to)) !== undefined;
  }

  /** The match of a comment without its quotes, in which nothing is escaped. */
  comment(text: string): Match | undefined {
    const value = this.#comment?.codec.read([text], { family: this.#family, protocol: undefined });
    return typeof value === "string" ? { name: "comment", comment: value } : undefined;
  }

  /** `NAME OPTIONS` after a `-j`. */
  target(words: string, protocol: number | undefined): Target | undefined {
    const reading = { family: this.#family, protocol };
    const data = readData(words, reading, reading, knownTarget);
    return data !== undefined && isTarget(data) ? data : undefined;
  }

  #readMatch(
    words: string,
    before: number | undefined,
    protocol: number | undefined,
  ): Match | undefined {
    const family = this.#family;
    const whole = { family, protocol };
    const reading = before === protocol ? whole : { family, protocol: before };
    const data = readData(words, reading, whole, knownMatch);
    return data !== undefined && isMatch(data) ? data : undefined;
  }
}

interface Data {
  readonly name: string;
  [option: string]: unknown;
}

/** What `NAME OPTIONS` say: values by `reading`, and whether they are sound by the `whole` rule. */
function readData(words: string, reading: Reading, whole: Reading, find: Find): Data | undefined {
  const blank = words.indexOf(" ");
  const extension = find(blank < 0 ? words : words.slice(0, blank), reading.family);
  if (extension === undefined) return undefined;
  const { table } = extension;
  if (table.protocol !== undefined && table.protocol !== whole.protocol) return undefined;
  const data: Data = { name: table.name };
  if (blank >= 0 && !readOptions(words, blank + 1, extension, reading, data)) return undefined;
  return table.check?.(data, whole) === undefined ? data : undefined;
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
