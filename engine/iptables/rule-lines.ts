import type { Family } from "../net/ip.js";
import { SaveLineReader } from "./parse/save-line.js";
import type { SaveText } from "./parse/save-text.js";
import type { Rule } from "./types.js";

/** So many letters a rule of a large cluster has: columns are made for that many rules at first. */
const LETTERS = 60;
const FEWEST = 64;

/**
 * The lines of a text that were found to be sound rules. Each is a number here, its place in some
 * columns; the rule is made, by reading the line again, when it is asked for. Of
 * 323,000 lines 18 MB of objects are left and 12 MB of columns; their rules would be 125 MB, and most of
 * the time that reading them takes.
 */
export class RuleLines {
  readonly #source: SaveText;
  readonly #family: Family;
  #reader: SaveLineReader | undefined;
  #count = 0;
  #starts = new Int32Array(0);
  #numbers = new Int32Array(0);
  /** Where the name of the chain stands that the rule jumps to; 0 long: it does not. */
  #jumps = new Int32Array(0);
  #jumpLengths = new Uint8Array(0);
  /** What each rule begins with, by its place in `#startNames`. */
  #beginnings = new Uint8Array(0);
  readonly #startNames: (string | undefined)[] = [undefined];
  /** The next rule of the same chain, and how many stand before it in their chain. */
  #next = new Int32Array(0);
  #before = new Int32Array(0);
  /** Where the rules of a chain are gathered; empty in between. */
  readonly #scratch: Rule[] = [];

  constructor(source: SaveText, family: Family) {
    this.#source = source;
    this.#family = family;
  }

  /** Made late: a text may have no line for it. */
  get reader(): SaveLineReader {
    this.#reader ??= new SaveLineReader(this.#source, this.#family);
    return this.#reader;
  }

  /** The names of the targets of all lines, jumps aside; perhaps of some more. */
  get targetNames(): ReadonlySet<string> {
    return this.reader.line.target.names;
  }

  /** Adds the line that the reader has just taken. */
  add(start: number, number: number): number {
    const row = this.#count++;
    if (row === this.#starts.length) this.#grow();
    const { start: beginning, target } = this.reader.line;
    const { jump } = target;
    this.#starts[row] = start;
    this.#numbers[row] = number;
    this.#jumps[row] = jump.from;
    this.#jumpLengths[row] = jump.from < 0 ? 0 : jump.to - jump.from;
    this.#beginnings[row] = beginning === undefined ? 0 : this.#numberOf(beginning);
    return row;
  }

  /** There are fewer than 256 extensions. */
  #numberOf(start: string): number {
    const known = this.#startNames.lastIndexOf(start);
    return known < 0 ? this.#startNames.push(start) - 1 : known;
  }

  #grow(): void {
    const first = Math.max(FEWEST, Math.ceil(this.#source.text.length / LETTERS));
    const room = this.#starts.length === 0 ? first : 2 * this.#starts.length;
    this.#starts = longer(this.#starts, new Int32Array(room));
    this.#numbers = longer(this.#numbers, new Int32Array(room));
    this.#jumps = longer(this.#jumps, new Int32Array(room));
    this.#jumpLengths = longer(this.#jumpLengths, new Uint8Array(room));
    this.#beginnings = longer(this.#beginnings, new Uint8Array(room));
    this.#next = longer(this.#next, new Int32Array(room));
    this.#before = longer(this.#before, new Int32Array(room));
  }

  /** Lets a rule stand behind another one of its chain. */
  follow(before: number, row: number): void {
    this.#next[before] = row;
    this.#before[row] = (this.#before[before] ?? 0) + 1;
  }

  /** How many rules a chain has whose last one this is. */
  countTo(row: number): number {
    return (this.#before[row] ?? 0) + 1;
  }

  rule(row: number): Rule {
    return this.reader.again(this.#starts[row] ?? 0, this.#numbers[row] ?? 0);
  }

  /** The rule that was added last, while nothing else has been asked: its line need not be read again. */
  latest(row: number): Rule {
    return this.reader.latest(this.#starts[row] ?? 0, this.#numbers[row] ?? 0);
  }

  /** All rules of the chain whose first and last ones these are. */
  rules(first: number, last: number): Rule[] {
    const count = this.countTo(last);
    const scratch = this.#scratch;
    let row = first;
    for (let at = 0; at < count; at++) {
      scratch[at] = this.rule(row);
      row = this.#next[row] ?? 0;
    }
    // A copy has just the room it needs.
    const rules = scratch.slice(0, count);
    scratch.length = 0;
    return rules;
  }

  /** Tells the chains to which the rules from `first` to `last` jump or go. */
  jumps(first: number, last: number, visit: (name: string) => void): void {
    const { text } = this.#source;
    let row = first;
    for (let left = this.countTo(last); left > 0; left--) {
      const length = this.#jumpLengths[row] ?? 0;
      const from = this.#jumps[row] ?? 0;
      if (length > 0) visit(text.slice(from, from + length));
      row = this.#next[row] ?? 0;
    }
  }

  /** Of the same rules what each begins with, as `startsOf` tells. */
  beginnings(first: number, last: number): readonly (string | undefined)[] {
    const found: (string | undefined)[] = [];
    let row = first;
    for (let left = this.countTo(last); left > 0; left--) {
      found.push(this.#startNames[this.#beginnings[row] ?? 0]);
      row = this.#next[row] ?? 0;
    }
    return found;
  }
}

function longer<Column extends Int32Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
