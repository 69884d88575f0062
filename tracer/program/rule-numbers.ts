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
  readonly #chains: { readonly table: TableName; readonly chain: LinkedChain }[] = [];
  readonly #firsts: number[] = [];
  readonly #byChain = new Map<LinkedChain, number>();
  readonly #byName = new Map<string, number>();
  /** How many rules there are. */
  readonly count: number;

  constructor({ tables }: LinkedRules) {
    let count = 0;
    for (const { name: table, chains } of tables.values()) {
      for (const chain of chains.values()) {
        this.#chains.push({ table, chain });
        this.#firsts.push(count);
        this.#byChain.set(chain, count);
        this.#byName.set(`${table} ${chain.name}`, count);
        count += chain.rules.length;
      }
    }
    this.count = count;
  }

  /** Number of the chain's first rule. */
  firstOf(chain: LinkedChain): number {
    return this.#byChain.get(chain) ?? 0;
  }

  /** Number of the rule of a step. */
  ofStep({ table, chain, rule }: Pick<Step, "table" | "chain" | "rule">): number {
    return (this.#byName.get(`${table} ${chain}`) ?? 0) + rule - 1;
  }

  at(number: number): NumberedRule | undefined {
    let low = 0;
    let high = this.#firsts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#firsts[middle] ?? 0) <= number) low = middle;
      else high = middle;
    }
    // Empty chains share their number with the next one that is not.
    while (low + 1 < this.#firsts.length && this.#firsts[low + 1] === this.#firsts[low]) low++;
    const found = this.#chains[low];
    const rule = found?.chain.rules[number - (this.#firsts[low] ?? 0)];
    return found === undefined || rule === undefined ? undefined : { ...found, rule };
  }
}
