import { addLine, addRules, ruleCount, setRules, type ChainDraft } from "./chain-rules.js";
import { RuleList } from "./rule-list.js";
import type { RuleLines } from "./rule-lines.js";
import type { Rule } from "./types.js";

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

  /** As `append`, of a rule that need not be made yet. */
  appendLine(chain: ChainDraft, lines: RuleLines, row: number): void {
    const isWorkedOn = this.#lists.size > 0 && this.#lists.has(chain);
    if (chain === this.#open || isWorkedOn || !addLine(chain, lines, row)) {
      this.append(chain, lines.rule(row));
    }
  }

  /** Puts the rules that wait into their chain, in an array that has just the room they need. */
  #settle(): void {
    const chain = this.#open;
    if (chain === undefined) return;
    const rules = this.#waiting.slice(0, this.#waits);
    this.#waits = 0;
    this.#open = undefined;
    const list = this.#lists.get(chain);
    if (list === undefined) return addRules(chain, rules);
    for (const rule of rules) list.insert(list.length, rule);
  }

  /** All rules of a chain, to be looked at only. */
  of(chain: ChainDraft): readonly Rule[] {
    this.#settle();
    return this.#lists.get(chain)?.toArray() ?? chain.rules;
  }

  count(chain: ChainDraft): number {
    this.#settle();
    return this.#lists.get(chain)?.length ?? ruleCount(chain);
  }

  set(chain: ChainDraft, rules: Rule[]): void {
    this.#settle();
    this.#lists.delete(chain);
    setRules(chain, rules);
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
    for (const [chain, list] of this.#lists) setRules(chain, list.toArray());
    this.#lists.clear();
  }
}
