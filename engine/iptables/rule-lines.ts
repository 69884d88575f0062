import type { Family } from "../net/ip.js";
import { SaveLineReader } from "./parse/save-line.js";
import type { Rule } from "./types.js";

/** So many letters a rule of a large cluster has: columns are made for that many rules at first. */
const LETTERS = 60;
const FEWEST = 64;

/**
 * The lines of a text that were found to be sound rules. Each is a number here, its place in some
 * columns; the rule is made, by reading the line again, when it is asked for. Rules that were made at
 * once took most of the time that a large dump took, and nine tenths of the memory.
 */
export class RuleLines {
  readonly #text: string;
  readonly #family: Family;
  #reader: SaveLineReader | undefined;
  #count = 0;
  #starts: Int32Array<ArrayBuffer>;
  #numbers: Int32Array<ArrayBuffer>;
  /** Where the name of the chain stands that the rule jumps to; 0 long: it does not. */
  #jumps: Int32Array<ArrayBuffer>;
  #jumpLengths: Uint8Array;
  /** What each rule begins with, by its place in `#startNames`. */
  #beginnings: Uint8Array;
  readonly #startNames: (string | undefined)[] = [undefined];
  /** The next rule of the same chain, and how many stand before it in their chain. */
  #next: Int32Array<ArrayBuffer>;
  #before: Int32Array<ArrayBuffer>;
  /** Where the rules of a chain are gathered; empty in between. */
  readonly #scratch: Rule[] = [];

  constructor(text: string, family: Family) {
    this.#text = text;
    this.#family = family;
    const room = Math.max(FEWEST, Math.ceil(text.length / LETTERS));
    this.#starts = new Int32Array(room);
    this.#numbers = new Int32Array(room);
    this.#jumps = new Int32Array(room);
    this.#jumpLengths = new Uint8Array(room);
    this.#beginnings = new Uint8Array(room);
    this.#next = new Int32Array(room);
    this.#before = new Int32Array(room);
  }

  /** Made late: a text may have no line for it. */
  get reader(): SaveLineReader {
    this.#reader ??= new SaveLineReader(this.#text, this.#family);
    return this.#reader;
  }

  /** The names of the targets of all lines, jumps aside; perhaps of some more. */
  get targetNames(): ReadonlySet<string> {
    return this.reader.line.targetNames;
  }

  /** Adds the line that the reader has just taken. */
  add(start: number, number: number): number {
    const row = this.#count++;
    if (row === this.#starts.length) this.#grow();
    const { jump, start: beginning } = this.reader.line;
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
    this.#starts = twice(this.#starts);
    this.#numbers = twice(this.#numbers);
    this.#jumps = twice(this.#jumps);
    this.#next = twice(this.#next);
    this.#before = twice(this.#before);
    this.#jumpLengths = twiceBytes(this.#jumpLengths);
    this.#beginnings = twiceBytes(this.#beginnings);
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

  /** Of the rules from `first` to `last` the chains that they jump or go to, for those that do. */
  jumps(first: number, last: number): readonly string[] {
    const jumps: string[] = [];
    let row = first;
    for (let left = this.countTo(last); left > 0; left--) {
      const length = this.#jumpLengths[row] ?? 0;
      const from = this.#jumps[row] ?? 0;
      if (length > 0) jumps.push(this.#text.slice(from, from + length));
      row = this.#next[row] ?? 0;
    }
    return jumps;
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

function twiceBytes(column: Uint8Array): Uint8Array {
  const larger = new Uint8Array(2 * column.length);
  larger.set(column);
  return larger;
}

function twice(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}
