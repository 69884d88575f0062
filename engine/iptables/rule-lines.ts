import type { Family } from "../net/ip.js";
import { SaveLineReader } from "./parse/save-line.js";
import type { Rule } from "./types.js";

const FEWEST = 64;

/**
 * The lines of a text that were found to be sound rules. Each is a number here, its place in some
 * columns; the rule is made, by reading the line again, when it is asked for. Rules that were made at
 * once took most of the time that a large dump took, and nine tenths of the memory.
 */
export class RuleLines {
  readonly #text: string;
  readonly reader: SaveLineReader;
  #count = 0;
  #starts = new Int32Array(FEWEST);
  #numbers = new Int32Array(FEWEST);
  /** Where the name of the chain stands that the rule jumps to; 0 long: it does not. */
  #jumps = new Int32Array(FEWEST);
  #jumpLengths = new Uint8Array(FEWEST);
  /** The next rule of the same chain. */
  #next = new Int32Array(FEWEST);

  constructor(text: string, family: Family) {
    this.#text = text;
    this.reader = new SaveLineReader(text, family);
  }

  /** The names of the targets of all lines, jumps aside; perhaps of some more. */
  get targetNames(): ReadonlySet<string> {
    return this.reader.line.targetNames;
  }

  /** Adds the line that the reader has just taken. */
  add(start: number, number: number): number {
    const row = this.#count++;
    if (row === this.#starts.length) this.#grow();
    const { jump } = this.reader.line;
    this.#starts[row] = start;
    this.#numbers[row] = number;
    this.#jumps[row] = jump.from;
    this.#jumpLengths[row] = jump.from < 0 ? 0 : jump.to - jump.from;
    return row;
  }

  #grow(): void {
    this.#starts = twice(this.#starts);
    this.#numbers = twice(this.#numbers);
    this.#jumps = twice(this.#jumps);
    this.#next = twice(this.#next);
    const lengths = new Uint8Array(2 * this.#jumpLengths.length);
    lengths.set(this.#jumpLengths);
    this.#jumpLengths = lengths;
  }

  /** Lets a rule stand behind another one of its chain. */
  follow(before: number, row: number): void {
    this.#next[before] = row;
  }

  next(row: number): number {
    return this.#next[row] ?? 0;
  }

  rule(row: number): Rule {
    return this.reader.again(this.#starts[row] ?? 0, this.#numbers[row] ?? 0);
  }

  /** The chain that the rule jumps or goes to. */
  jumpOf(row: number): string | undefined {
    const length = this.#jumpLengths[row] ?? 0;
    if (length === 0) return undefined;
    const from = this.#jumps[row] ?? 0;
    return this.#text.slice(from, from + length);
  }
}

function twice(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}
