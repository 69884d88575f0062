import { Luck } from "../choose/luck.js";
import { MARK, SOURCE } from "./fields.js";
import { sourceIs, type PortFact, type SourceFact } from "./facts.js";
import { REGISTERS, SOURCE_CLASS } from "./registers.js";

const SOURCE_WORDS = 4;

/** Nested deeper than this, chains are left to the reference walk. */
const MOST_CALLS = 256;

/** Room that a standing begins with: mostly its stack and its rules are no longer. */
const FIRST_ROOM = 32;

/**
 * Where a packet stands in a program, and all that it is there. Its source and source port may be
 * open: then it stands for all packets that are alike but for these, as a plan is made for them.
 */
export class Standing {
  readonly registers = new Int32Array(REGISTERS);
  pc = 0;
  /** Number of the chain's next rule. */
  from = 0;
  /** Where to come back to and which rule is next there, by turns. */
  stack = new Int32Array(FIRST_ROOM);
  depth = 0;
  afterTable = 0;
  dropsByPolicy = false;
  /** Rules that the kernel would have tried so far. */
  tried = 0;
  /** Rules that matched, by their numbers. */
  rules = new Int32Array(FIRST_ROOM);
  ruleCount = 0;
  /** What is left of the lots that lead here. */
  readonly luck = new Luck();
  /** Of which round the lot is that picks the source port. */
  portRound = 0;

  knowsSource = true;
  knowsPort = true;
  sourceFacts: SourceFact | undefined;
  portFacts: PortFact | undefined;
  /* What was asked and could not be told: of the source, or of the source port. */
  askedWord = 0;
  askedMask = 0;
  askedValue = 0;
  askedLeast = 0;
  askedMost = 0;

  /** Back to where nothing has happened. */
  restart(): void {
    this.depth = 0;
    this.tried = 0;
    this.ruleCount = 0;
    this.luck.restart();
    this.knowsSource = true;
    this.knowsPort = true;
    this.sourceFacts = undefined;
    this.portFacts = undefined;
  }

  note(rule: number): void {
    if (this.ruleCount === this.rules.length) this.rules = doubled(this.rules);
    this.rules[this.ruleCount++] = rule;
    this.tried += rule + 1 - this.from;
    this.from = rule + 1;
  }

  /** Goes on in a chain, to come back later; false where that is too deep. */
  call(chain: number, first: number, back: number): boolean {
    if (this.depth === 2 * MOST_CALLS) return false;
    if (this.depth === this.stack.length) this.stack = doubled(this.stack);
    this.stack[this.depth++] = back;
    this.stack[this.depth++] = this.from;
    this.pc = chain;
    this.from = first;
    return true;
  }

  /** Back to where the chain was called; false when it is the table's own. */
  comeBack(): boolean {
    if (this.depth === 0) return false;
    this.from = this.stack[--this.depth] ?? 0;
    this.pc = this.stack[--this.depth] ?? 0;
    return true;
  }

  /** 1 or 0: whether the masked field has the value; -1: that was asked of an open source. */
  masked(field: number, mask: number, value: number): number {
    if (this.knowsSource || field < SOURCE || field >= SOURCE + SOURCE_WORDS) {
      return ((this.registers[field] ?? 0) & mask) === value ? 1 : 0;
    }
    const known = sourceIs(this.sourceFacts, field - SOURCE, mask, value);
    if (known !== undefined) return known ? 1 : 0;
    this.askedWord = field - SOURCE;
    this.askedMask = mask;
    this.askedValue = value;
    return -1;
  }

  /** From here on it stands for all packets whose source is of this class. */
  openSource(sourceClass: number): void {
    this.registers.fill(0, SOURCE, SOURCE + SOURCE_WORDS);
    this.registers[SOURCE_CLASS] = sourceClass;
    this.knowsSource = false;
    this.knowsPort = false;
  }

  learnSource(word: number, mask: number, value: number, holds: boolean): void {
    this.sourceFacts = { word, mask, value, holds, before: this.sourceFacts };
  }

  learnPort(least: number, most: number, holds: boolean): void {
    this.portFacts = { least, most, holds, before: this.portFacts };
  }

  setSource(parts: ArrayLike<number>, from: number, words: number): void {
    for (let word = 0; word < words; word++)
      this.registers[SOURCE + word] = parts[from + word] ?? 0;
    this.registers[SOURCE_CLASS] = -1;
    this.knowsSource = true;
  }

  /** Numbers of the rules that matched, in order. */
  matched(): number[] {
    const matched: number[] = [];
    for (let at = 0; at < this.ruleCount; at++) matched.push(this.rules[at] ?? 0);
    return matched;
  }

  get mark(): number {
    return this.registers[MARK] ?? 0;
  }

  copyFrom(other: Standing): void {
    this.registers.set(other.registers);
    this.pc = other.pc;
    this.from = other.from;
    if (this.stack.length < other.depth) this.stack = new Int32Array(other.stack.length);
    for (let at = 0; at < other.depth; at++) this.stack[at] = other.stack[at] ?? 0;
    this.depth = other.depth;
    this.afterTable = other.afterTable;
    this.dropsByPolicy = other.dropsByPolicy;
    this.tried = other.tried;
    if (this.rules.length < other.ruleCount) this.rules = new Int32Array(other.rules.length);
    for (let at = 0; at < other.ruleCount; at++) this.rules[at] = other.rules[at] ?? 0;
    this.ruleCount = other.ruleCount;
    this.luck.copyFrom(other.luck);
    this.portRound = other.portRound;
    this.knowsSource = other.knowsSource;
    this.knowsPort = other.knowsPort;
    this.sourceFacts = other.sourceFacts;
    this.portFacts = other.portFacts;
  }
}

function doubled(row: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(row.length * 2);
  grown.set(row);
  return grown;
}
