import type { TableName } from "../../engine/iptables/types.js";
import type { LinkedChain, LinkedRule, LinkedRules } from "../walk/link.js";
import type { Step } from "../walk/result.js";

/** A rule and where it stands. */
export interface NumberedRule {
  readonly table: TableName;
  readonly chain: LinkedChain;
  readonly rule: LinkedRule;
}

/** Numbers for all rules of a ruleset, from 0 on: by table, chain and place, as the text has them. */
export class RuleNumbers {
  readonly #rules: LinkedRules;
  /** By the chain's number, and the number after the last rule. */
  readonly #firsts: Int32Array;
  /** How many rules there are. */
  readonly count: number;

  constructor(rules: LinkedRules) {
    this.#rules = rules;
    const sizes = [...rules.tables.values()].map(({ chains }) => chains.size);
    this.#firsts = new Int32Array(sizes.reduce((sum, size) => sum + size, 1));
    let count = 0;
    for (const { chains } of rules.tables.values()) {
      for (const chain of chains.values()) {
        this.#firsts[chain.id] = count;
        count += chain.rules.length;
      }
    }
    this.#firsts[this.#firsts.length - 1] = count;
    this.count = count;
  }

  get chainCount(): number {
    return this.#firsts.length - 1;
  }

  /** Number of the chain's first rule. */
  firstOf(chain: LinkedChain): number {
    return this.#firsts[chain.id] ?? 0;
  }

  /** Number of the rule of a step. */
  ofStep({ table, chain, rule }: Pick<Step, "table" | "chain" | "rule">): number {
    const found = this.#rules.tables.get(table)?.chains.get(chain);
    return found === undefined ? -1 : this.firstOf(found) + rule - 1;
  }

  /** Looks the rule's chain up among all; for people to read, not for every packet. */
  at(number: number): NumberedRule | undefined {
    let low = 0;
    let high = this.#firsts.length - 1;
    // Empty chains share their number with the next one that is not.
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#firsts[middle] ?? 0) <= number) low = middle;
      else high = middle;
    }
    for (const { name: table, chains } of this.#rules.tables.values()) {
      const [first] = chains.values();
      if (first === undefined || low >= first.id + chains.size) continue;
      const chain = this.#inOrder(table)[low - first.id];
      const rule = chain?.rules[number - (this.#firsts[low] ?? 0)];
      return chain === undefined || rule === undefined ? undefined : { table, chain, rule };
    }
    return undefined;
  }

  readonly #ordered = new Map<TableName, readonly LinkedChain[]>();

  #inOrder(table: TableName): readonly LinkedChain[] {
    const known = this.#ordered.get(table);
    if (known !== undefined) return known;
    const chains = [...(this.#rules.tables.get(table)?.chains.values() ?? [])];
    this.#ordered.set(table, chains);
    return chains;
  }
}
