import type { TableName } from "../../engine/iptables/types.js";
import type { LinkedChain, LinkedRule, LinkedRules } from "../walk/link.js";
import type { Step } from "../walk/result.js";

/** A rule and where it stands. */
export interface NumberedRule {
  readonly table: TableName;
  readonly chain: LinkedChain;
  readonly rule: LinkedRule;
}

/** The chains of one table, which have numbers one after the other. */
interface Stretch {
  readonly table: TableName;
  readonly chains: ReadonlyMap<string, LinkedChain>;
  /** Number of its first chain among all. */
  readonly first: number;
  ordered: readonly LinkedChain[] | undefined;
}

/**
 * Numbers for all rules of a world, from 0 on: by ruleset, table, chain and place, as the text has
 * them.
 */
export class RuleNumbers {
  readonly #stretches: readonly Stretch[];
  /** By the chain's number, and the number after the last rule. */
  readonly #firsts: Int32Array;
  /** How many rules there are. */
  readonly count: number;

  constructor(rulesets: readonly LinkedRules[]) {
    let first = 0;
    const stretches: Stretch[] = [];
    for (const { tables } of rulesets) {
      for (const { name: table, chains } of tables.values()) {
        stretches.push({ table, chains, first, ordered: undefined });
        first += chains.size;
      }
    }
    this.#stretches = stretches;
    this.#firsts = new Int32Array(first + 1);
    let count = 0;
    let number = 0;
    for (const { chains } of stretches) {
      for (const chain of chains.values()) {
        this.#firsts[number++] = count;
        count += chain.count;
      }
    }
    this.#firsts[number] = count;
    this.count = count;
  }

  get chainCount(): number {
    return this.#firsts.length - 1;
  }

  /** Number of the first rule of a chain of the first ruleset. */
  firstOf(chain: LinkedChain): number {
    return this.#firsts[chain.id] ?? 0;
  }

  /** Number of the rule of a step; -1 for one that is not of these rulesets. */
  ofStep(step: Pick<Step, "table" | "chain" | "rule" | "definition">): number {
    for (const { table, chains, first } of this.#stretches) {
      const chain = table === step.table ? chains.get(step.chain) : undefined;
      if (chain?.rules[step.rule - 1]?.rule !== step.definition || chain === undefined) continue;
      const [start] = chains.values();
      return (this.#firsts[first + chain.id - (start?.id ?? 0)] ?? 0) + step.rule - 1;
    }
    return -1;
  }

  /** Looks the rule's chain up among all; for people to read, not for every packet. */
  at(number: number): NumberedRule | undefined {
    let low = 0;
    let high = this.chainCount;
    // Empty chains share their number with the next one that is not.
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#firsts[middle] ?? 0) <= number) low = middle;
      else high = middle;
    }
    for (const stretch of this.#stretches) {
      const { table, chains, first } = stretch;
      if (low < first || low >= first + chains.size) continue;
      stretch.ordered ??= [...chains.values()];
      const chain = stretch.ordered[low - first];
      const rule = chain?.rules[number - (this.#firsts[low] ?? 0)];
      return chain === undefined || rule === undefined ? undefined : { table, chain, rule };
    }
    return undefined;
  }
}
