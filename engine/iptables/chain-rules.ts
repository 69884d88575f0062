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

/** The private fields of a class that extends this are on an object that is there already. */
class OnObject {
  constructor(object: object) {
    return object;
  }

  static putOn(object: object): object {
    return new this(object);
  }
}

/**
 * What is behind the `rules` of chains that were read, or to which commands were applied: lines of a
 * text, whose rules are made when `rules` are asked for first, or an array. Such a chain is a plain
 * object, and `rules` an enumerable property of its own, so that it is copied, compared and printed
 * as any other; what this class keeps of it are private fields, which nobody else sees.
 */
class ChainRules extends OnObject {
  #held: Rule[] | RuleLines | undefined;
  /** The first and the last of the lines. */
  #first = -1;
  #last = -1;

  static of(chain: object): readonly Rule[] {
    if (!(#held in chain) || chain.#held === undefined) return NO_RULES;
    const held = chain.#held;
    if (Array.isArray(held)) return held;
    chain.#held = held.rules(chain.#first, chain.#last);
    return chain.#held;
  }

  static count(chain: Chain): number {
    const lines = ChainRules.#linesOf(chain);
    return lines !== undefined && #held in chain ? lines.countTo(chain.#last) : chain.rules.length;
  }

  static jumps(chain: Chain, visit: (name: string) => void): void {
    const lines = ChainRules.#linesOf(chain);
    if (lines !== undefined && #held in chain) {
      lines.jumps(chain.#first, chain.#last, visit);
      return;
    }
    for (const rule of chain.rules) {
      const name = jumpOf(rule);
      if (name !== undefined) visit(name);
    }
  }

  static starts(chain: Chain): readonly (string | undefined)[] {
    const lines = ChainRules.#linesOf(chain);
    if (lines !== undefined && #held in chain) return lines.beginnings(chain.#first, chain.#last);
    return chain.rules.map(startOf);
  }

  /** The lines of a chain whose rules nobody has asked for. */
  static #linesOf(chain: Chain): RuleLines | undefined {
    if (!(#held in chain)) return undefined;
    return Array.isArray(chain.#held) ? undefined : chain.#held;
  }

  static mayHave(chain: Chain, target: string): boolean {
    const lines = ChainRules.#linesOf(chain);
    if (lines !== undefined) return lines.targetNames.has(target);
    return chain.rules.some((rule) => rule.target?.name === target);
  }

  static set(chain: ChainDraft, rules: Rule[]): void {
    if (#held in chain) chain.#held = rules;
  }

  static add(chain: ChainDraft, rules: Rule[]): void {
    if (chain.rules.length === 0) ChainRules.set(chain, rules);
    else if (#held in chain && Array.isArray(chain.#held)) {
      for (const rule of rules) chain.#held.push(rule);
    }
  }

  static addLine(chain: ChainDraft, lines: RuleLines, row: number): boolean {
    if (!(#held in chain)) return false;
    const held = chain.#held;
    if (held === lines) {
      lines.follow(chain.#last, row);
    } else if (held === undefined || (Array.isArray(held) && held.length === 0)) {
      chain.#held = lines;
      chain.#first = row;
    } else {
      return false;
    }
    chain.#last = row;
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
  ChainRules.putOn(chain);
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

/** Tells the chains to which rules of this one jump or go, in the rules' order; none is made for it. */
export function forEachJump(chain: Chain, visit: (name: string) => void): void {
  ChainRules.jumps(chain, visit);
}

/**
 * Of each rule the name of its first match, comments aside, or "" where it has no other; `undefined`
 * for one that has any field of the header. None is made for it.
 */
export function startsOf(chain: Chain): readonly (string | undefined)[] {
  return ChainRules.starts(chain);
}

function startOf(rule: Rule): string | undefined {
  const { protocol, source, destination, inInterface, outInterface, fragment } = rule;
  const header = [protocol, source, destination, inInterface, outInterface, fragment];
  if (header.some((field) => field !== undefined)) return undefined;
  return rule.matches.find(({ name }) => name !== "comment")?.name ?? "";
}

/** Whether a rule of the chain may have a target of this name; none is made for it. */
export function mayHaveTarget(chain: Chain, target: string): boolean {
  return ChainRules.mayHave(chain, target);
}

/** The chain that a rule jumps or goes to. */
export function jumpOf({ target }: Rule): string | undefined {
  return target?.name === "jump" || target?.name === "goto" ? target.chain : undefined;
}
