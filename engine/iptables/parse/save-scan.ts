import type { Family } from "../../net/ip.js";
import { MAX_CHAIN_NAME, type Negatable } from "../types.js";
import { ClauseReader } from "./clauses.js";
import type { Codes } from "./codes.js";
import { MAX_INTERFACE_BYTES } from "./header.js";
import { protocolOf } from "./header-options.js";
import { SaveAddressReader } from "./save-address.js";
import { SaveMatches } from "./save-matches.js";
import { SaveTarget } from "./save-target.js";
import { BLANK, DASH, NOT, type SaveText } from "./save-text.js";
import { noSpan, setSpan, type Span } from "./span.js";
import { SpanMemory } from "./span-memory.js";

/** Longer lines are left to the general reader, which knows the limits of words and lines. */
const MAX_LENGTH = 500;

/**
 * Goes over a rule that is written the way `iptables-save` or kube-proxy write them, in one pass over
 * its letters, and tells whether it is sound and where its parts stand. Words that were read before
 * are known again, so that for most lines nothing is made at all. It never says what is wrong: what
 * it cannot take for certain is left to `RuleReader`.
 */
export class SaveLineScan {
  /** The chain of the rule that was read last. */
  chain = "";
  /** Where the chain's name stood. */
  chainAt = 0;
  // What the running line has.
  readonly counters: Span = noSpan();
  readonly from: Span = noSpan();
  readonly to: Span = noSpan();
  readonly inInterface: Span = noSpan();
  readonly outInterface: Span = noSpan();
  protocol: Negatable<number> | undefined;
  readonly matches: SaveMatches;
  readonly target: SaveTarget;
  readonly source: SaveText;
  readonly clauses: ClauseReader;
  readonly addresses: SaveAddressReader;
  readonly #text: string;
  readonly #codes: Codes;
  readonly #protocols: SpanMemory<Negatable<number>>;

  /** Lines of `source`, of which readers for several families may go over some each. */
  constructor(source: SaveText, family: Family) {
    const { text } = source;
    this.source = source;
    this.clauses = new ClauseReader(family);
    this.matches = new SaveMatches(this.source, this.clauses);
    this.addresses = new SaveAddressReader(text, family);
    this.#text = text;
    const { codes } = this.source;
    this.#codes = codes;
    this.#protocols = new SpanMemory(codes);
    this.target = new SaveTarget(source, this.clauses, family);
  }

  /** Whether the line from `start` to `stop` is a sound rule to append, for certain. */
  scan(start: number, stop: number): boolean {
    const codes = this.#codes;
    let end = stop;
    while (end > start && codes[end - 1] === BLANK) end--;
    if (end - start > MAX_LENGTH) return false;
    this.#start();
    const command = codes[start] === DASH ? start : this.#readCounters(start, end);
    if (command < 0 || !isAppend(codes, command)) return false;
    const chainEnd = this.#readChain(command + 3, end);
    return chainEnd >= 0 && this.#readClauses(chainEnd, end) && !this.#isMisplaced();
  }

  #start(): void {
    this.counters.from = -1;
    this.from.from = -1;
    this.to.from = -1;
    this.inInterface.from = -1;
    this.outInterface.from = -1;
    this.protocol = undefined;
    this.matches.begin();
    this.target.begin();
  }

  /** `[PACKETS:BYTES] `: where the command begins behind it, or -1. */
  #readCounters(from: number, end: number): number {
    const codes = this.#codes;
    const colon = digitsEnd(codes, from + 1);
    if (codes[from] !== OPEN || codes[colon] !== COLON) return -1;
    const close = digitsEnd(codes, colon + 1);
    if (close >= end || codes[close] !== CLOSE) return -1;
    this.counters.from = from;
    this.counters.to = close + 1;
    return codes[close + 1] === BLANK ? close + 2 : -1;
  }

  /** Where the chain's name ends, or -1; neighbours are mostly of one chain. */
  #readChain(from: number, end: number): number {
    const codes = this.#codes;
    const before = this.chainAt;
    const { length } = this.chain;
    this.chainAt = from;
    let at = 0;
    while (at < length && codes[from + at] === codes[before + at]) at++;
    const sameEnd = from + length;
    if (at > 0 && at === length && (sameEnd === end || codes[sameEnd] === BLANK)) return sameEnd;
    const to = this.source.plainWordEnd(from, end);
    if (to < 0 || to - from > MAX_CHAIN_NAME) {
      this.chain = "";
      return -1;
    }
    this.chain = this.#text.slice(from, to);
    return to;
  }

  /** Reads ` -x ...` and ` ! -x ...` up to the end; `from` is the blank before the first. */
  #readClauses(from: number, end: number): boolean {
    const codes = this.#codes;
    let at = from;
    while (at < end) {
      const not = codes[at + 1] === NOT && codes[at + 2] === BLANK;
      const dash = not ? at + 3 : at + 1;
      if (codes[dash] !== DASH) return false;
      const letter = codes[dash + 1] ?? 0;
      if (letter === DASH) at = this.matches.readLate(at + 1, end);
      else if (codes[dash + 2] !== BLANK) return false;
      else at = this.#readClause(letter, not, dash + 3, end);
      if (at < 0) return false;
    }
    return this.matches.finish(this.plainProtocol) && this.matches.isPlain;
  }

  /** Where the clause ends, or -1. */
  #readClause(letter: number, not: boolean, from: number, end: number): number {
    switch (letter) {
      case 109: // m
        return not ? -1 : this.matches.read(from, end, this.plainProtocol);
      case 106: // j
        return not || !this.matches.finish(this.plainProtocol)
          ? -1
          : this.target.readJump(from, end, this.plainProtocol);
      case 115: // s
        return this.#readAddress(this.from, not, from, end);
      case 100: // d
        return this.#readAddress(this.to, not, from, end);
      case 112: // p
        // Some values are read otherwise behind `! -p`: rare, and for the general reader.
        return not || this.protocol !== undefined ? -1 : this.#readProtocol(from, end);
      case 105: // i
        return this.#readInterface(this.inInterface, not, from, end);
      case 111: // o
        return this.#readInterface(this.outInterface, not, from, end);
      case 103: // g
        return not ? -1 : this.target.readGoto(from, end);
      default:
        return -1;
    }
  }

  #readProtocol(from: number, end: number): number {
    const to = this.source.wordEnd(from, end);
    if (to < 0 || !this.matches.takesProtocol) return -1;
    const { hash } = this.source;
    let protocol = this.#protocols.recall(hash, from, to, 0);
    if (protocol === undefined) {
      const value = protocolOf(this.#text.slice(from, to));
      protocol = value === undefined ? null : { not: false, value };
      this.#protocols.keep(hash, from, to, 0, protocol);
    }
    this.protocol = protocol ?? undefined;
    return protocol === null ? -1 : to;
  }

  /** The first match's name, comments aside, "" for none; `undefined` where the header asks anything. */
  get start(): string | undefined {
    const asks =
      this.protocol !== undefined ||
      this.from.from >= 0 ||
      this.to.from >= 0 ||
      this.inInterface.from >= 0 ||
      this.outInterface.from >= 0;
    return asks ? undefined : this.matches.first;
  }

  get plainProtocol(): number | undefined {
    return this.protocol?.value;
  }

  #readAddress(span: Span, not: boolean, from: number, end: number): number {
    const to = this.source.plainWordEnd(from, end);
    if (to < 0 || span.from >= 0 || !this.addresses.isPlain(from, to)) return -1;
    setSpan(span, from, to);
    span.not = not;
    span.isBehindMatch = this.matches.isAny;
    return to;
  }

  #readInterface(span: Span, not: boolean, from: number, end: number): number {
    const to = this.source.plainWordEnd(from, end);
    if (to < 0 || span.from >= 0 || to - from > MAX_INTERFACE_BYTES) return -1;
    const name = this.#text.slice(from, to);
    if (name.includes("/") || name === "!") return -1;
    setSpan(span, from, to);
    span.not = not;
    return to;
  }

  /** Interfaces that the general reader refuses in this chain. */
  #isMisplaced(): boolean {
    const { chain } = this;
    if (this.outInterface.from >= 0 && (chain === "PREROUTING" || chain === "INPUT")) return true;
    return this.inInterface.from >= 0 && (chain === "POSTROUTING" || chain === "OUTPUT");
  }
}

const OPEN = 91;
const CLOSE = 93;
const COLON = 58;

/** Behind one to 19 digits; -1 where there are none, or more. */
function digitsEnd(codes: Codes, from: number): number {
  let at = from;
  while (isDigit(codes[at] ?? 0)) at++;
  return at === from || at - from > 19 ? -1 : at;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isAppend(codes: Codes, at: number): boolean {
  return codes[at] === DASH && codes[at + 1] === 65 && codes[at + 2] === BLANK;
}
