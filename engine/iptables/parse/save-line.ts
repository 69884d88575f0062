import type { Family } from "../../net/ip.js";
import { parseIPv4 } from "../../net/ip.js";
import { makePrefix, maskOfLength, type Prefix } from "../../net/prefix.js";
import {
  MAX_CHAIN_NAME,
  type Counters,
  type Match,
  type Negatable,
  type Rule,
  type Target,
} from "../types.js";
import { ClauseReader } from "./clauses.js";
import type { JumpTarget } from "../extensions/verdicts.js";
import type { SourceLine } from "./fault-log.js";
import { isIptablesTarget } from "./foreign-names.js";
import { MAX_INTERFACE_BYTES } from "./header.js";
import { protocolOf } from "./header-options.js";

/** Longer lines are left to the general reader, which knows the limits of words and lines. */
const MAX_LENGTH = 500;

const BLANK = 32;
const NOT = 33;
const QUOTE = 34;
const DASH = 45;
const MATCH = 109;

const NO_MATCHES: readonly Match[] = [];

const COUNTERS = /^\[(\d{1,19}):(\d{1,19})\] (?=-)/;

/** The rule of one `-A CHAIN ...` line and its chain. */
export interface AppendedRule {
  readonly chain: string;
  readonly rule: Rule;
}

/**
 * Reads rules that are written the way `iptables-save` writes them, in one pass over the line: of
 * 320,000 rules in 47 MB it saves four fifths of the time that `RuleReader` takes. It never says
 * what is wrong: a line that it cannot take for certain, or that holds any fault, is `undefined`
 * and read again by `RuleReader`. A property test holds the two equal.
 */
export class SaveLineReader {
  readonly #family: Family;
  readonly #clauses: ClauseReader;
  readonly #protocols = new Map<string, Negatable<number> | null>();
  /** Neighbours often jump to the same chain. */
  #lastJump: JumpTarget = { name: "jump", chain: "" };
  // What has been read of the running line.
  #text = "";
  #end = 0;
  #protocol: Negatable<number> | undefined;
  #source: Negatable<Prefix> | undefined;
  #destination: Negatable<Prefix> | undefined;
  #inInterface: Negatable<string> | undefined;
  #outInterface: Negatable<string> | undefined;
  /** Where the first match begins, after its `-m `; -1 before there is one. */
  #matchesFrom = -1;
  #matches: readonly Match[] | undefined;
  #target: Target | undefined;

  constructor(family: Family) {
    this.#family = family;
    this.#clauses = new ClauseReader(family);
  }

  read(line: SourceLine): AppendedRule | undefined {
    if (line.text.charCodeAt(0) === DASH) return this.#readFrom(line, 0, undefined);
    const prefix = COUNTERS.exec(line.text);
    if (prefix === null) return undefined;
    const [{ length }, packets = "", bytes = ""] = prefix;
    return this.#readFrom(line, length, { packets: BigInt(packets), bytes: BigInt(bytes) });
  }

  /** `from`: where `-A ` begins, after any counters. */
  #readFrom(
    line: SourceLine,
    from: number,
    counters: Counters | undefined,
  ): AppendedRule | undefined {
    const { text } = line;
    let end = text.length;
    while (end > from && text.charCodeAt(end - 1) === BLANK) end--;
    if (end > MAX_LENGTH || !text.startsWith("-A ", from) || text.includes("\\")) return undefined;
    const chainEnd = endOfWord(text, from + 3, end);
    const chain = text.slice(from + 3, chainEnd);
    if (chain === "" || chain.length > MAX_CHAIN_NAME || chain.includes('"')) return undefined;
    this.#start(text, end);
    if (!this.#readClauses(chainEnd, end) || this.#isMisplaced(chain)) return undefined;
    // Written out in `makeRule`'s shape: its detour costs a tenth of the time.
    const rule: Rule = {
      protocol: this.#protocol,
      source: this.#source,
      destination: this.#destination,
      inInterface: this.#inInterface,
      outInterface: this.#outInterface,
      fragment: undefined,
      matches: this.#matches ?? NO_MATCHES,
      target: this.#target,
      counters,
      origin: { kind: "source", line: line.number, text },
    };
    return { chain, rule };
  }

  #start(text: string, end: number): void {
    this.#text = text;
    this.#end = end;
    this.#protocol = undefined;
    this.#source = undefined;
    this.#destination = undefined;
    this.#inInterface = undefined;
    this.#outInterface = undefined;
    this.#matchesFrom = -1;
    this.#matches = undefined;
    this.#target = undefined;
  }

  /**
   * Cuts ` -x ...` clauses: a clause ends at a blank before the next `-x ` or `! -x `, or at the
   * line's end. `at` is the blank before the first.
   */
  #readClauses(from: number, end: number): boolean {
    const text = this.#text;
    let at = from;
    while (at < end) {
      let letter = at + 2;
      const not = text.charCodeAt(at + 1) === NOT;
      if (not) letter += 2;
      if (text.charCodeAt(letter - 1) !== DASH || text.charCodeAt(letter + 1) !== BLANK)
        return false;
      const value = letter + 2;
      const stop = this.#clauseEnd(value, end);
      if (stop <= value) return false;
      const code = text.charCodeAt(letter);
      if (code === MATCH) {
        // Matches stand in one row; a second one is for the general reader.
        if (not || this.#matches !== undefined) return false;
        if (this.#matchesFrom < 0) this.#matchesFrom = value;
      } else {
        if (!this.#endMatches(at) || !this.#readClause(code, not, value, stop)) return false;
      }
      at = stop;
    }
    return this.#endMatches(end);
  }

  /** The blank before the next clause, or `end`; -1 for what a save does not write. */
  #clauseEnd(from: number, end: number): number {
    const text = this.#text;
    for (let at = from; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        const close = quoteEnd(text, at, end);
        if (close < 0) return -1;
        at = close;
      } else if (code === BLANK) {
        const next = text.charCodeAt(at + 1);
        if (next === BLANK) return -1;
        const dash = next === NOT && text.charCodeAt(at + 2) === BLANK ? at + 3 : at + 1;
        if (text.charCodeAt(dash) === DASH && text.charCodeAt(dash + 1) !== DASH) return at;
      } else if (code < BLANK || code > 126) {
        return -1;
      }
    }
    return end;
  }

  #readClause(letter: number, not: boolean, from: number, to: number): boolean {
    switch (letter) {
      case 106: // j
        return !not && to === this.#end && this.#readJump(from, to);
      case 103: // g
        return !not && to === this.#end && this.#readGoto(from, to);
      case 112: // p
        return this.#readProtocol(not, from, to);
      case 115: // s
        if (this.#source !== undefined) return false;
        this.#source = this.#readAddress(not, from, to);
        return this.#source !== undefined;
      case 100: // d
        if (this.#destination !== undefined) return false;
        this.#destination = this.#readAddress(not, from, to);
        return this.#destination !== undefined;
      case 105: // i
        if (this.#inInterface !== undefined) return false;
        this.#inInterface = this.#readInterface(not, from, to);
        return this.#inInterface !== undefined;
      case 111: // o
        if (this.#outInterface !== undefined) return false;
        this.#outInterface = this.#readInterface(not, from, to);
        return this.#outInterface !== undefined;
      default:
        return false;
    }
  }

  /** Reads the row of matches that ends at `to`, if there is one and it is not read yet. */
  #endMatches(to: number): boolean {
    if (this.#matchesFrom < 0 || this.#matches !== undefined) return true;
    const words = this.#text.slice(this.#matchesFrom, to);
    this.#matches = this.#clauses.matches(words, this.#plainProtocol());
    return this.#matches !== undefined;
  }

  #readJump(from: number, to: number): boolean {
    const words = this.#text.slice(from, to);
    if (words.includes(" ") || isIptablesTarget(words, this.#family)) {
      this.#target = this.#clauses.target(words, this.#plainProtocol());
      return this.#target !== undefined;
    }
    if (words.length > MAX_CHAIN_NAME || words.includes('"')) return false;
    if (this.#lastJump.chain !== words) this.#lastJump = { name: "jump", chain: words };
    this.#target = this.#lastJump;
    return true;
  }

  #readGoto(from: number, to: number): boolean {
    const chain = this.#text.slice(from, to);
    if (chain.length > MAX_CHAIN_NAME || /[ "]/.test(chain)) return false;
    this.#target = { name: "goto", chain };
    return true;
  }

  /** `-p` after a match could change what the match's words mean. */
  #readProtocol(not: boolean, from: number, to: number): boolean {
    if (this.#protocol !== undefined || this.#matchesFrom >= 0) return false;
    const key = this.#text.slice(not ? from - 1 : from, to);
    let protocol = this.#protocols.get(key);
    if (protocol === undefined) {
      const number = protocolOf(this.#text.slice(from, to));
      protocol = number === undefined || (number === 0 && not) ? null : { not, value: number };
      if (this.#protocols.size < 1_000) this.#protocols.set(key, protocol);
    }
    if (protocol === null) return false;
    this.#protocol = protocol;
    return true;
  }

  #plainProtocol(): number | undefined {
    return this.#protocol === undefined || this.#protocol.not ? undefined : this.#protocol.value;
  }

  #readInterface(not: boolean, from: number, to: number): Negatable<string> | undefined {
    const name = this.#text.slice(from, to);
    if (name.length > MAX_INTERFACE_BYTES || /[ "/]|^!$/.test(name)) return undefined;
    return { not, value: name };
  }

  /** IPv4 in full, with a length in decimal; the rest is for the general reader. */
  #readAddress(not: boolean, from: number, to: number): Negatable<Prefix> | undefined {
    if (this.#family === 6) return undefined;
    const text = this.#text;
    const slash = text.indexOf("/", from);
    const hostEnd = slash < 0 || slash >= to ? to : slash;
    const address = parseIPv4(text, from, hostEnd);
    if (address === undefined) return undefined;
    if (hostEnd === to) return { not, value: { address, mask: 0xffffffff } };
    const length = smallNumber(text, hostEnd + 1, to);
    if (length < 0 || length > 32) return undefined;
    const prefix = makePrefix(address, maskOfLength(4, length));
    const isUsual = prefix.address === address && (length < 32 || this.#matchesFrom < 0);
    return { not, value: isUsual ? prefix : { ...prefix, text: text.slice(from, to) } };
  }

  /** Interfaces that the general reader refuses in this chain. */
  #isMisplaced(chain: string): boolean {
    if (this.#outInterface !== undefined && (chain === "PREROUTING" || chain === "INPUT"))
      return true;
    return this.#inInterface !== undefined && (chain === "POSTROUTING" || chain === "OUTPUT");
  }
}

function endOfWord(text: string, from: number, end: number): number {
  let at = from;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === BLANK) return at;
    if (code < BLANK || code > 126) return from;
  }
  return at;
}

/** Letters in quotes that have 1,023 bytes at most, whatever they are. */
const MAX_QUOTED = 340;

/** The `"` that closes one at the start of a word, itself at the word's end; -1 for other uses. */
function quoteEnd(text: string, open: number, end: number): number {
  const close = text.indexOf('"', open + 1);
  if (close < 0 || close - open > MAX_QUOTED || text.charCodeAt(open - 1) !== BLANK) return -1;
  return close + 1 === end || text.charCodeAt(close + 1) === BLANK ? close : -1;
}

/** 0 to 99 in decimal without leading zeros; -1 for anything else. */
function smallNumber(text: string, from: number, to: number): number {
  const first = text.charCodeAt(from) - 48;
  if (first < 0 || first > 9) return -1;
  if (to - from === 1) return first;
  const second = text.charCodeAt(from + 1) - 48;
  return to - from === 2 && first > 0 && second >= 0 && second <= 9 ? first * 10 + second : -1;
}
