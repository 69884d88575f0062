import { RuleList } from "./rule-list.js";
import type { Counters, Policy, Rule } from "./types.js";

/** A chain while commands are being applied to it; of `Chain`'s shape, so that it can become one. */
export interface ChainDraft {
  readonly name: string;
  policy: Policy | undefined;
  counters: Counters | undefined;
  rules: Rule[];
  line: number | undefined;
}

export function makeDraft(
  name: string,
  policy: Policy | undefined,
  counters: Counters | undefined,
  line: number | undefined,
): ChainDraft {
  return { name, policy, counters, rules: [], line };
}

/**
 * The rules of all chains of a table while commands are being applied: every step takes about the
 * same time, however long a chain is. `rules` of a draft are right after `finish` only.
 */
export class DraftRules {
  readonly #keyOf: (rule: Rule) => string;
  /** The rules of chains in whose midst commands have worked, in place of their `rules`. */
  readonly #lists = new Map<ChainDraft, RuleList>();
  /** Rules that are still to be put at the end of `#open`, all at once: the first `#waits`. */
  readonly #waiting: Rule[] = [];
  #waits = 0;
  #open: ChainDraft | undefined;

  /** `keyOf` gives two rules the same text just when they are the same. */
  constructor(keyOf: (rule: Rule) => string) {
    this.#keyOf = keyOf;
  }

  append(chain: ChainDraft, rule: Rule): void {
    if (chain !== this.#open) {
      this.#settle();
      this.#open = chain;
    }
    this.#waiting[this.#waits++] = rule;
  }

  /** Puts the rules that wait into their chain, in an array that has just the room they need. */
  #settle(): void {
    const chain = this.#open;
    if (chain === undefined) return;
    const rules = this.#waiting.slice(0, this.#waits);
    this.#waits = 0;
    this.#open = undefined;
    const list = this.#lists.get(chain);
    if (list !== undefined) {
      for (const rule of rules) list.insert(list.length, rule);
    } else if (chain.rules.length === 0) {
      chain.rules = rules;
    } else {
      for (const rule of rules) chain.rules.push(rule);
    }
  }

  /** All rules of a chain, to be looked at only. */
  of(chain: ChainDraft): readonly Rule[] {
    this.#settle();
    return this.#lists.get(chain)?.toArray() ?? chain.rules;
  }

  count(chain: ChainDraft): number {
    this.#settle();
    return this.#lists.get(chain)?.length ?? chain.rules.length;
  }

  set(chain: ChainDraft, rules: Rule[]): void {
    this.#settle();
    this.#lists.delete(chain);
    chain.rules = rules;
  }

  /** The rules of a chain, to work in their midst. */
  list(chain: ChainDraft): RuleList {
    this.#settle();
    const known = this.#lists.get(chain);
    if (known !== undefined) return known;
    const list = new RuleList(chain.rules, this.#keyOf);
    this.#lists.set(chain, list);
    return list;
  }

  /** Makes the `rules` of all drafts right. */
  finish(): void {
    this.#settle();
    for (const [chain, list] of this.#lists) chain.rules = list.toArray();
    this.#lists.clear();
  }
}
