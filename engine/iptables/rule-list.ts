import type { Rule } from "./types.js";

/** A chunk that grows beyond this is halved; a step in a chain of n rules costs about n/CHUNK. */
const CHUNK = 512;

interface Chunk {
  rules: Rule[];
  /** The number of each rule's key, once rules have been looked for. */
  keys: number[];
}

interface Place {
  readonly chunk: Chunk;
  /** Of the chunk in the list. */
  readonly at: number;
  /** Of the rule in the chunk. */
  readonly within: number;
}

/**
 * The rules of one chain while commands put rules into the midst of it, take some out and look for
 * some: kept in chunks, so that none of these looks at all rules of a long chain.
 */
export class RuleList {
  readonly #keyOf: (rule: Rule) => string;
  readonly #chunks: Chunk[] = [];
  #length: number;
  /** Numbers of keys, and by number the chunks that hold rules with this key. */
  #numbers: Map<string, number> | undefined;
  readonly #holders: Set<Chunk>[] = [];

  /** `keyOf` gives two rules the same text just when they are the same. */
  constructor(rules: readonly Rule[], keyOf: (rule: Rule) => string) {
    this.#keyOf = keyOf;
    for (let at = 0; at < rules.length; at += CHUNK) {
      this.#chunks.push({ rules: rules.slice(at, at + CHUNK), keys: [] });
    }
    this.#length = rules.length;
  }

  get length(): number {
    return this.#length;
  }

  at(index: number): Rule | undefined {
    const place = this.#find(index);
    return place?.chunk.rules[place.within];
  }

  /** Puts a rule before the one at `index`, or at the end where there is none. */
  insert(index: number, rule: Rule): void {
    const { chunk, at, within } = this.#find(index) ?? this.#end();
    chunk.rules.splice(within, 0, rule);
    this.#length++;
    if (this.#numbers !== undefined) {
      const key = this.#keyNumber(rule, this.#numbers);
      chunk.keys.splice(within, 0, key);
      this.#holders[key]?.add(chunk);
    }
    if (chunk.rules.length > CHUNK) this.#halve(at, chunk);
  }

  #end(): Place {
    const at = this.#chunks.length - 1;
    const chunk = this.#chunks[at];
    if (chunk !== undefined) return { chunk, at, within: chunk.rules.length };
    const first: Chunk = { rules: [], keys: [] };
    this.#chunks.push(first);
    return { chunk: first, at: 0, within: 0 };
  }

  #halve(at: number, chunk: Chunk): void {
    const half = chunk.rules.length >> 1;
    const next: Chunk = { rules: chunk.rules.splice(half), keys: chunk.keys.splice(half) };
    this.#chunks.splice(at + 1, 0, next);
    for (const key of next.keys) this.#letGo(chunk, key);
    this.#hold(next);
  }

  replace(index: number, rule: Rule): void {
    const place = this.#find(index);
    if (place === undefined) return;
    const { chunk, within } = place;
    chunk.rules[within] = rule;
    if (this.#numbers === undefined) return;
    const key = this.#keyNumber(rule, this.#numbers);
    const [before = key] = chunk.keys.splice(within, 1, key);
    this.#holders[key]?.add(chunk);
    this.#letGo(chunk, before);
  }

  remove(index: number): void {
    const place = this.#find(index);
    if (place === undefined) return;
    const { chunk, at, within } = place;
    chunk.rules.splice(within, 1);
    const [key] = chunk.keys.splice(within, 1);
    if (key !== undefined) this.#letGo(chunk, key);
    if (chunk.rules.length === 0) this.#chunks.splice(at, 1);
    this.#length--;
  }

  /** Where the first rule stands that is the same as this one; -1 where there is none. */
  indexOf(rule: Rule): number {
    const key = (this.#numbers ?? this.#numberAll()).get(this.#keyOf(rule));
    if (key === undefined) return -1;
    const holders = this.#holders[key];
    let before = 0;
    for (const chunk of this.#chunks) {
      if (holders?.has(chunk) === true) return before + chunk.keys.indexOf(key);
      before += chunk.rules.length;
    }
    return -1;
  }

  toArray(): Rule[] {
    return this.#chunks.flatMap(({ rules }) => rules);
  }

  #find(index: number): Place | undefined {
    let within = index;
    let at = 0;
    for (const chunk of this.#chunks) {
      if (within < chunk.rules.length) return { chunk, at, within };
      within -= chunk.rules.length;
      at++;
    }
    return undefined;
  }

  #numberAll(): ReadonlyMap<string, number> {
    const numbers = new Map<string, number>();
    this.#numbers = numbers;
    for (const chunk of this.#chunks) {
      chunk.keys = chunk.rules.map((rule) => this.#keyNumber(rule, numbers));
      this.#hold(chunk);
    }
    return numbers;
  }

  #keyNumber(rule: Rule, numbers: Map<string, number>): number {
    const key = this.#keyOf(rule);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    this.#holders.push(new Set());
    return numbers.size - 1;
  }

  #hold(chunk: Chunk): void {
    for (const key of chunk.keys) this.#holders[key]?.add(chunk);
  }

  /** To be called when one rule with this key has left the chunk. */
  #letGo(chunk: Chunk, key: number): void {
    if (!chunk.keys.includes(key)) this.#holders[key]?.delete(chunk);
  }
}
