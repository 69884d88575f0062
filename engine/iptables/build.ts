import type { ChainDeclaration, RestoreCommand } from "./restore.js";
import {
  BUILT_IN_CHAINS,
  type Chain,
  type Counters,
  type Policy,
  type Rule,
  type Table,
  type TableName,
} from "./types.js";
import type { Family } from "../net/ip.js";
import { sameRule } from "./canonical.js";

/** A chain while commands are being applied to it; of `Chain`'s shape, so that it can become one. */
interface ChainDraft {
  readonly name: string;
  policy: Policy | undefined;
  counters: Counters | undefined;
  rules: Rule[];
  line: number | undefined;
}

/** Why a command cannot be carried out; the table is as before it. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
}

/**
 * One table to which restore commands are applied in order, as the real tool applies them to its
 * copy of the kernel's table.
 */
export class TableBuilder {
  readonly name: TableName;
  readonly #family: Family;
  #chains = new Map<string, ChainDraft>();
  /** Jumps to each chain; counted from the first `-X` on, for which alone they matter. */
  #references: Map<string, number> | undefined;
  /** Chains of the base, which this input has not declared yet. */
  readonly #old = new Set<string>();
  /** The chain of the last rule, and as a rule of the next. */
  #last: ChainDraft | undefined;

  /** An empty table of built-in chains, or the given one. */
  constructor(name: TableName, family: Family, base?: Table) {
    this.name = name;
    this.#family = family;
    for (const hook of BUILT_IN_CHAINS[name]) {
      this.#chains.set(hook, makeChain(hook, "ACCEPT", undefined));
    }
    for (const chain of base?.chains.values() ?? []) this.#copy(chain);
  }

  #copy(chain: Chain): void {
    const { name, policy, counters, rules, line } = chain;
    this.#chains.set(name, { name, policy, counters, rules: [...rules], line });
    this.#old.add(name);
  }

  has(chain: string): boolean {
    return this.#chains.has(chain);
  }

  isBuiltIn(chain: string): boolean {
    return BUILT_IN_CHAINS[this.name].some((hook) => hook === chain);
  }

  /** `:NAME POLICY [p:b]`: sets a built-in chain's policy, makes or empties a user chain. */
  declare(declaration: ChainDeclaration): Trouble | undefined {
    const { chain: name, policy, counters, line } = declaration;
    const chain = this.#chains.get(name);
    if (chain === undefined) {
      this.#chains.set(name, { name, policy: undefined, counters, rules: [], line });
      return policy === undefined ? undefined : policyOnUserChain(name);
    }
    const again = chain.line !== undefined && !this.#old.delete(name);
    chain.line = again ? chain.line : line;
    chain.counters = counters;
    if (this.isBuiltIn(name)) {
      chain.policy = policy ?? chain.policy;
      return undefined;
    }
    this.#forget(chain.rules);
    chain.rules = [];
    if (policy !== undefined) return policyOnUserChain(name);
    return again
      ? { code: "chain-twice", message: `the chain ${name} is declared twice` }
      : undefined;
  }

  apply(command: RestoreCommand): Trouble | undefined {
    switch (command.verb) {
      case "append":
        return this.append(command.chain, command.rule);
      case "insert":
        return this.#insert(command.chain, command.position, command.rule);
      case "replace":
        return this.#replace(command.chain, command.position, command.rule);
      case "delete":
        return this.#delete(command.chain, command.rule);
      case "check":
        return this.#check(command.chain, command.rule);
      case "delete-at":
        return this.#deleteAt(command.chain, command.position);
      case "new-chain":
        return this.#newChain(command.chain);
      case "rename-chain":
        return this.#rename(command.chain, command.to);
      case "flush":
        return this.#forEach(command.chain, (chain) => {
          this.#forget(chain.rules);
          chain.rules = [];
        });
      case "zero":
        return this.#forEach(command.chain, (chain) => {
          chain.counters = undefined;
        });
      case "delete-chain":
        return this.#deleteChains(command.chain);
      case "policy":
        return this.#setPolicy(command.chain, command.policy);
      default:
        return command satisfies never;
    }
  }

  /** A chain that is not there is made all the same, so that no rule is lost. */
  append(name: string, rule: Rule): Trouble | undefined {
    const found = this.#last?.name === name ? this.#last : this.#chains.get(name);
    const chain = found ?? this.#make(name);
    this.#last = chain;
    addRule(chain, rule);
    this.#count(rule, 1);
    return found === undefined ? noSuchChain(name) : undefined;
  }

  #insert(name: string, position: number, rule: Rule): Trouble | undefined {
    const found = this.#chains.get(name);
    const chain = found ?? this.#make(name);
    const tooBig = position > chain.rules.length + 1;
    chain.rules.splice(position - 1, 0, rule);
    this.#count(rule, 1);
    if (found === undefined) return noSuchChain(name);
    return tooBig ? tooFar(chain, position) : undefined;
  }

  #replace(name: string, position: number, rule: Rule): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    const before = chain.rules[position - 1];
    if (before === undefined) return tooFar(chain, position);
    chain.rules[position - 1] = rule;
    this.#count(before, -1);
    this.#count(rule, 1);
    return undefined;
  }

  #delete(name: string, rule: Rule): Trouble | undefined {
    return this.#check(name, rule) ?? this.#deleteAt(name, this.#find(name, rule) + 1);
  }

  #check(name: string, rule: Rule): Trouble | undefined {
    if (!this.#chains.has(name)) return noSuchChain(name);
    if (this.#find(name, rule) >= 0) return undefined;
    return { code: "no-such-rule", message: `${name} holds no such rule` };
  }

  #find(name: string, rule: Rule): number {
    const rules = this.#chains.get(name)?.rules ?? [];
    return rules.findIndex((candidate) => sameRule(candidate, rule, this.#family));
  }

  #deleteAt(name: string, position: number): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    if (chain.rules[position - 1] === undefined) return tooFar(chain, position);
    this.#forget(chain.rules.splice(position - 1, 1));
    return undefined;
  }

  #newChain(name: string): Trouble | undefined {
    if (this.#chains.has(name)) return { code: "chain-exists", message: `${name} exists already` };
    this.#make(name);
    return undefined;
  }

  #rename(name: string, to: string): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined || this.isBuiltIn(name)) return noSuchChain(name);
    if (this.#chains.has(to)) return { code: "chain-exists", message: `${to} exists already` };
    const renamed = new Map<string, ChainDraft>();
    for (const each of this.#chains.values()) {
      const rules = each.rules.map((rule) => renameJump(rule, name, to));
      const next = each === chain ? to : each.name;
      renamed.set(next, { ...each, name: next, rules });
    }
    this.#chains = renamed;
    this.#last = undefined;
    this.#references = undefined;
    return undefined;
  }

  #deleteChains(name: string | undefined): Trouble | undefined {
    const references = this.#countReferences();
    if (name !== undefined) return this.#deleteChain(name, references);
    for (const chain of this.#chains.values()) {
      if (this.isBuiltIn(chain.name)) continue;
      const trouble = this.#deleteChain(chain.name, references);
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  }

  #deleteChain(name: string, references: ReadonlyMap<string, number>): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined || this.isBuiltIn(name)) return noSuchChain(name);
    if (chain.rules.length > 0) {
      return { code: "chain-not-empty", message: `${name} holds rules and cannot be deleted` };
    }
    if ((references.get(name) ?? 0) > 0) {
      return { code: "chain-in-use", message: `${name} is jumped to and cannot be deleted` };
    }
    this.#chains.delete(name);
    this.#last = undefined;
    return undefined;
  }

  #setPolicy(name: string, policy: Policy): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    if (!this.isBuiltIn(name)) return policyOnUserChain(name);
    if (this.name === "nat" && policy === "DROP") {
      return { code: "wrong-table", message: "nat is not for filtering: drop in filter" };
    }
    chain.policy = policy;
    return undefined;
  }

  #forEach(name: string | undefined, act: (chain: ChainDraft) => void): Trouble | undefined {
    if (name === undefined) {
      for (const chain of this.#chains.values()) act(chain);
      return undefined;
    }
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    act(chain);
    return undefined;
  }

  #make(name: string): ChainDraft {
    const chain = makeChain(name, undefined, undefined);
    this.#chains.set(name, chain);
    return chain;
  }

  #countReferences(): ReadonlyMap<string, number> {
    if (this.#references === undefined) {
      this.#references = new Map();
      for (const chain of this.#chains.values()) {
        for (const rule of chain.rules) this.#count(rule, 1);
      }
    }
    return this.#references;
  }

  #forget(rules: readonly Rule[]): void {
    for (const rule of rules) this.#count(rule, -1);
  }

  #count(rule: Rule, change: 1 | -1): void {
    if (this.#references === undefined) return;
    const to = jumpOf(rule);
    if (to !== undefined) this.#references.set(to, (this.#references.get(to) ?? 0) + change);
  }

  /** The table as it is now; the builder is done with it. */
  build(): Table {
    const chains: ReadonlyMap<string, Chain> = this.#chains;
    this.#chains = new Map();
    this.#last = undefined;
    return { name: this.name, chains };
  }
}

/** The chain that a rule jumps or goes to. */
export function jumpOf(rule: Rule): string | undefined {
  const { target } = rule;
  return target?.name === "jump" || target?.name === "goto" ? target.chain : undefined;
}

function renameJump(rule: Rule, from: string, to: string): Rule {
  const { target } = rule;
  if (target?.name !== "jump" && target?.name !== "goto") return rule;
  return target.chain === from ? { ...rule, target: { ...target, chain: to } } : rule;
}

/** An array that grows makes room for 17 items at least; most chains hold two rules. */
const SMALL = 4;

function addRule(chain: ChainDraft, rule: Rule): void {
  if (chain.rules.length < SMALL) chain.rules = [...chain.rules, rule];
  else chain.rules.push(rule);
}

function makeChain(name: string, policy: Policy | undefined, line: number | undefined): ChainDraft {
  return { name, policy, counters: undefined, rules: [], line };
}

function noSuchChain(name: string): Trouble {
  return { code: "no-such-chain", message: `there is no chain ${name} in this table` };
}

function policyOnUserChain(name: string): Trouble {
  return {
    code: "policy-on-user-chain",
    message: `${name} is no built-in chain and so has no policy: write - in its place`,
  };
}

function tooFar(chain: ChainDraft, position: number): Trouble {
  return {
    code: "no-such-position",
    message: `${chain.name} holds ${chain.rules.length} rules, there is no place ${position}`,
  };
}
