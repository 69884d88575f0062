import type { RuleLines } from "./rule-lines.js";
import type { Chain, Counters, Policy, Rule } from "./types.js";

/** A chain while commands are being applied to it; in the end it is a `Chain`. */
export interface ChainDraft {
  readonly name: string;
  policy: Policy | undefined;
  counters: Counters | undefined;
  readonly rules: readonly Rule[];
  line: number | undefined;
}

/** Puts the private fields of a class that extends this on an object that is there already. */
class OnObject {
  constructor(object: object) {
    return object;
  }
}

/**
 * What is behind the `rules` of chains that were read, or to which commands were applied: lines of a
 * text, whose rules are made when `rules` are asked for first, or an array. Such a chain is a plain
 * object, and `rules` an enumerable property of its own, so that it is copied, compared and printed
 * as any other; what this class keeps of it are private fields, which nobody else sees.
 */
class ChainRules extends OnObject {
  #made: Rule[] | undefined;
  #lines: RuleLines | undefined;
  /** The first and the last of the lines, and how many there are. */
  #first = -1;
  #last = -1;
  #count = 0;

  static of(chain: object): readonly Rule[] {
    if (!(#made in chain)) return NO_RULES;
    return chain.#made ?? ChainRules.#make(chain) ?? NO_RULES;
  }

  static #make(chain: ChainRules): Rule[] | undefined {
    const lines = chain.#lines;
    if (lines === undefined) return undefined;
    const made: Rule[] = [];
    ChainRules.#each(chain, lines, (row) => made.push(lines.rule(row)));
    // A copy has just the room it needs.
    chain.#made = made.slice();
    chain.#lines = undefined;
    return chain.#made;
  }

  static #each(chain: ChainRules, lines: RuleLines, visit: (row: number) => void): void {
    let row = chain.#first;
    for (let left = chain.#count; left > 0; left--) {
      visit(row);
      row = lines.next(row);
    }
  }

  static count(chain: Chain): number {
    if (!(#made in chain) || chain.#lines === undefined) return chain.rules.length;
    return chain.#count;
  }

  static jumps(chain: Chain): readonly (string | undefined)[] {
    if (!(#made in chain) || chain.#lines === undefined) return chain.rules.map(jumpOf);
    const lines = chain.#lines;
    const jumps: (string | undefined)[] = [];
    ChainRules.#each(chain, lines, (row) => jumps.push(lines.jumpOf(row)));
    return jumps;
  }

  static mayHave(chain: Chain, target: string): boolean {
    if (!(#made in chain) || chain.#lines === undefined) {
      return chain.rules.some((rule) => rule.target?.name === target);
    }
    return chain.#lines.targetNames.has(target);
  }

  static set(chain: ChainDraft, rules: Rule[]): void {
    if (!(#made in chain)) return;
    chain.#made = rules;
    chain.#lines = undefined;
    chain.#count = 0;
  }

  static add(chain: ChainDraft, rules: Rule[]): void {
    const before = chain.rules;
    if (before.length === 0) ChainRules.set(chain, rules);
    else if (#made in chain) for (const rule of rules) chain.#made?.push(rule);
  }

  static addLine(chain: ChainDraft, lines: RuleLines, row: number): boolean {
    if (!(#made in chain)) return false;
    if (chain.#count === 0) {
      if (chain.#made !== undefined && chain.#made.length > 0) return false;
      chain.#made = undefined;
      chain.#lines = lines;
      chain.#first = row;
    } else {
      if (chain.#lines !== lines) return false;
      lines.follow(chain.#last, row);
    }
    chain.#last = row;
    chain.#count++;
    return true;
  }
}

const NO_RULES: readonly Rule[] = [];

const RULES = {
  enumerable: true,
  configurable: true,
  get(this: object): readonly Rule[] {
    return ChainRules.of(this);
  },
};

/** A chain without rules; those that it gets are behind its `rules` from then on. */
export function makeDraft(
  name: string,
  policy: Policy | undefined,
  counters: Counters | undefined,
  line: number | undefined,
): ChainDraft {
  const chain = { name, policy, counters, line };
  Object.defineProperty(chain, "rules", RULES);
  new ChainRules(chain);
  return hasRules(chain) ? chain : { ...chain, rules: NO_RULES };
}

function hasRules(chain: Omit<ChainDraft, "rules">): chain is ChainDraft {
  return "rules" in chain;
}

/** Gives a draft these rules and no others. */
export function setRules(chain: ChainDraft, rules: Rule[]): void {
  ChainRules.set(chain, rules);
}

/** Puts rules behind those of a draft; an array that the draft may keep. */
export function addRules(chain: ChainDraft, rules: Rule[]): void {
  ChainRules.add(chain, rules);
}

/** As `addRules`, of a rule that need not be made yet; `false`: it must be. */
export function addLine(chain: ChainDraft, lines: RuleLines, row: number): boolean {
  return ChainRules.addLine(chain, lines, row);
}

/** How many rules a chain has; none is made for it. */
export function ruleCount(chain: Chain): number {
  return ChainRules.count(chain);
}

/** Of each rule the chain that it jumps or goes to; none is made for it. */
export function jumpsOf(chain: Chain): readonly (string | undefined)[] {
  return ChainRules.jumps(chain);
}

/** Whether a rule of the chain may have a target of this name; none is made for it. */
export function mayHaveTarget(chain: Chain, target: string): boolean {
  return ChainRules.mayHave(chain, target);
}

/** The chain that a rule jumps or goes to. */
export function jumpOf({ target }: Rule): string | undefined {
  return target?.name === "jump" || target?.name === "goto" ? target.chain : undefined;
}
