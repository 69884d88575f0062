import type { ChainDeclaration, RestoreCommand } from "./restore.js";
import {
  BUILT_IN_CHAINS,
  type Chain,
  type Policy,
  type Rule,
  type Table,
  type TableName,
} from "./types.js";
import type { Family } from "../net/ip.js";
import { ruleKey } from "./canonical.js";
import { DraftRules } from "./chain-drafts.js";
import { jumpOf, makeDraft, type ChainDraft } from "./chain-rules.js";
import type { RuleLines } from "./rule-lines.js";

/** How many chains ahead the chain of the next rules is looked for. */
const LOOK_AHEAD = 4;
/** Each renaming looks at all chains and rules; beyond this many in all it is refused. */
const MAX_RENAMING_WORK = 50_000_000;
/** Each zeroing looks at all rules of a chain; beyond this many in all it is refused. */
const MAX_ZEROING_WORK = 50_000_000;

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
  #chains = new Map<string, ChainDraft>();
  /** Jumps to each chain; counted from the first `-X` on, for which alone they matter. */
  #references: Map<string, number> | undefined;
  /** Chains of the base, which this input has not declared yet. */
  readonly #old = new Set<string>();
  /** Whether chain lines may name chains that are there (`--noflush`); otherwise they make them. */
  readonly #keeps: boolean;
  /** Chains that `-N` or `-E` made. */
  readonly #made = new Set<string>();
  readonly #keyOf: (rule: Rule) => string;
  #rules: DraftRules;
  /** The chain of the last rule that was appended, and mostly that of the next. */
  #last: ChainDraft | undefined;
  #lastName = "";
  /** In the order of their declaration, which is mostly that of their rules. */
  #declared: ChainDraft[] = [];
  /** Behind the chain of `#declared` that was filled last. */
  #nextDeclared = 0;
  /** Since the first `-F` of all chains: those that may hold rules. */
  #filled: Set<ChainDraft> | undefined;
  /** Since the first `-Z`: chains that may hold counters, which alone need to be looked at. */
  #counted: Set<ChainDraft> | undefined;
  /** How many chains and rules all renamings have looked at. */
  #renamingWork = 0;
  /** How many rules all zeroings have looked at. */
  #zeroingWork = 0;

  /** An empty table of built-in chains, or the given one, which is kept. */
  constructor(name: TableName, family: Family, base?: Table, keeps = base !== undefined) {
    this.name = name;
    this.#keeps = keeps;
    this.#keyOf = (rule) => ruleKey(rule, family);
    this.#rules = new DraftRules(this.#keyOf);
    for (const hook of BUILT_IN_CHAINS[name]) {
      this.#chains.set(hook, makeDraft(hook, "ACCEPT", undefined, undefined));
    }
    for (const chain of base?.chains.values() ?? []) this.#copy(chain);
  }

  #copy(chain: Chain): void {
    const copy = makeDraft(chain.name, chain.policy, chain.counters, chain.line);
    this.#rules.set(copy, chain.rules.slice());
    this.#chains.set(chain.name, copy);
    this.#old.add(chain.name);
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
      const made = makeDraft(name, undefined, counters, line);
      this.#chains.set(name, made);
      this.#declared.push(made);
      if (counters !== undefined) this.#counted?.add(made);
      return policy === undefined ? undefined : policyOnUserChain(name);
    }
    const again = !this.#keeps && (chain.line !== undefined || this.#made.has(name));
    chain.line = chain.line !== undefined && !this.#old.delete(name) ? chain.line : line;
    chain.counters = counters;
    this.#counted?.add(chain);
    if (this.isBuiltIn(name)) {
      chain.policy = policy ?? chain.policy;
      return undefined;
    }
    this.#empty(chain);
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
      case "declare":
        return this.declare(command.declaration);
      case "zero-at":
        return this.#zeroAt(command.chain, command.position);
      case "delete-at":
        return this.#deleteAt(command.chain, command.position);
      case "new-chain":
        return this.#newChain(command.chain);
      case "rename-chain":
        return this.#rename(command.chain, command.to);
      case "flush":
        return command.chain === undefined ? this.#flushAll() : this.#flush(command.chain);
      case "zero":
        return command.chain === undefined ? this.#zeroAll() : this.#zero(command.chain);
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
    if (this.#counted !== undefined) this.#noteCounters(name, rule);
    const found = this.#find(name);
    const chain = found ?? this.#makeFilled(name);
    this.#rules.append(chain, rule);
    this.#count(rule, 1);
    return found === undefined ? noSuchChain(name) : undefined;
  }

  /** As `append`, of a rule that need not be made yet. */
  appendLine(name: string, lines: RuleLines, row: number): Trouble | undefined {
    if (this.#references !== undefined || this.#counted !== undefined) {
      return this.append(name, lines.rule(row));
    }
    const found = this.#find(name);
    const chain = found ?? this.#makeFilled(name);
    this.#rules.appendLine(chain, lines, row);
    return found === undefined ? noSuchChain(name) : undefined;
  }

  /** The chain of this name, in which a rule is to be put. */
  #find(name: string): ChainDraft | undefined {
    // Lines of one chain come with the same string, for which `===` looks at no letter.
    if (name === this.#lastName && this.#last !== undefined) return this.#last;
    const found = this.#nextWithRules(name) ?? this.#chains.get(name);
    if (found === undefined) return undefined;
    this.#last = found;
    this.#lastName = name;
    this.#filled?.add(found);
    return found;
  }

  #makeFilled(name: string): ChainDraft {
    const chain = this.#make(name);
    this.#last = chain;
    this.#lastName = name;
    this.#filled?.add(chain);
    return chain;
  }

  /** Finds it if it is one of the next in the order of declaration, which a save keeps. */
  #nextWithRules(name: string): ChainDraft | undefined {
    const end = Math.min(this.#nextDeclared + LOOK_AHEAD, this.#declared.length);
    for (let at = this.#nextDeclared; at < end; at++) {
      const chain = this.#declared[at];
      if (chain?.name !== name) continue;
      this.#nextDeclared = at + 1;
      return chain;
    }
    return undefined;
  }

  #insert(name: string, position: number, rule: Rule): Trouble | undefined {
    const found = this.#chains.get(name);
    const chain = found ?? this.#make(name);
    const list = this.#rules.list(chain);
    const tooBig = position > list.length + 1;
    list.insert(position - 1, rule);
    this.#filled?.add(chain);
    this.#noteCounters(name, rule);
    this.#count(rule, 1);
    if (found === undefined) return noSuchChain(name);
    return tooBig ? this.#tooFar(chain, position) : undefined;
  }

  #replace(name: string, position: number, rule: Rule): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    const list = this.#rules.list(chain);
    const before = list.at(position - 1);
    if (before === undefined) return this.#tooFar(chain, position);
    list.replace(position - 1, rule);
    this.#noteCounters(name, rule);
    this.#count(before, -1);
    this.#count(rule, 1);
    return undefined;
  }

  #delete(name: string, rule: Rule): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    const index = this.#rules.list(chain).indexOf(rule);
    return index < 0 ? noSuchRule(name) : this.#deleteAt(name, index + 1);
  }

  #check(name: string, rule: Rule): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    return this.#rules.list(chain).indexOf(rule) < 0 ? noSuchRule(name) : undefined;
  }

  #deleteAt(name: string, position: number): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    const list = this.#rules.list(chain);
    const rule = list.at(position - 1);
    if (rule === undefined) return this.#tooFar(chain, position);
    list.remove(position - 1);
    this.#count(rule, -1);
    return undefined;
  }

  #newChain(name: string): Trouble | undefined {
    if (this.#chains.has(name)) return { code: "chain-exists", message: `${name} exists already` };
    this.#make(name);
    this.#made.add(name);
    return undefined;
  }

  #rename(name: string, to: string): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined || this.isBuiltIn(name)) return noSuchChain(name);
    if (this.#chains.has(to)) return { code: "chain-exists", message: `${to} exists already` };
    if (this.#renamingWork > MAX_RENAMING_WORK) {
      return { code: "too-many-renames", message: `${name} is not renamed: too many have been` };
    }
    const renamed = new Map<string, ChainDraft>();
    const kept = new DraftRules(this.#keyOf);
    for (const each of this.#chains.values()) {
      const rules = this.#rules.of(each).map((rule) => renameJump(rule, name, to));
      const next = makeDraft(
        each === chain ? to : each.name,
        each.policy,
        each.counters,
        each.line,
      );
      kept.set(next, rules);
      renamed.set(next.name, next);
      this.#renamingWork += 1 + rules.length;
    }
    this.#rules = kept;
    this.#forgetOrder();
    this.#filled = undefined;
    this.#counted = undefined;
    this.#chains = renamed;
    this.#last = undefined;
    this.#references = undefined;
    this.#made.delete(name);
    this.#made.add(to);
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
    if (this.#rules.count(chain) > 0) {
      return { code: "chain-not-empty", message: `${name} holds rules and cannot be deleted` };
    }
    if ((references.get(name) ?? 0) > 0) {
      return { code: "chain-in-use", message: `${name} is jumped to and cannot be deleted` };
    }
    this.#chains.delete(name);
    this.#made.delete(name);
    this.#forgetOrder();
    return undefined;
  }

  #forgetOrder(): void {
    this.#last = undefined;
    this.#declared = [];
    this.#nextDeclared = 0;
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

  #flush(name: string): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    this.#empty(chain);
    return undefined;
  }

  /** The second time only chains are looked at that have been used since the first. */
  #flushAll(): undefined {
    for (const chain of this.#filled ?? this.#chains.values()) this.#empty(chain);
    this.#filled = new Set();
    this.#last = undefined;
  }

  #empty(chain: ChainDraft): void {
    if (this.#references !== undefined) this.#forget(this.#rules.of(chain));
    this.#rules.set(chain, []);
  }

  #zero(name: string): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    this.#counted ??= new Set(this.#chains.values());
    if (this.#zeroingWork > MAX_ZEROING_WORK) return tooManyZeroings();
    if (this.#counted.delete(chain)) this.#zeroChain(chain);
    return undefined;
  }

  #zeroAll(): Trouble | undefined {
    if (this.#zeroingWork > MAX_ZEROING_WORK) return tooManyZeroings();
    for (const chain of this.#counted ?? this.#chains.values()) this.#zeroChain(chain);
    this.#counted = new Set();
    return undefined;
  }

  #zeroChain(chain: ChainDraft): void {
    chain.counters = undefined;
    const rules = this.#rules.of(chain);
    this.#zeroingWork += rules.length;
    if (rules.some(({ counters }) => counters !== undefined)) {
      this.#rules.set(chain, rules.map(withoutCounters));
    }
  }

  #zeroAt(name: string, position: number): Trouble | undefined {
    const chain = this.#chains.get(name);
    if (chain === undefined) return noSuchChain(name);
    const list = this.#rules.list(chain);
    const rule = list.at(position - 1);
    if (rule === undefined) return this.#tooFar(chain, position);
    list.replace(position - 1, withoutCounters(rule));
    return undefined;
  }

  #noteCounters(name: string, { counters }: Rule): void {
    if (counters === undefined) return;
    const chain = this.#chains.get(name);
    if (chain !== undefined) this.#counted?.add(chain);
  }

  #make(name: string): ChainDraft {
    const chain = makeDraft(name, undefined, undefined, undefined);
    this.#chains.set(name, chain);
    return chain;
  }

  #tooFar(chain: ChainDraft, position: number): Trouble {
    const message = `${chain.name} holds ${this.#rules.count(chain)} rules, there is no place ${position}`;
    return { code: "no-such-position", message };
  }

  #countReferences(): ReadonlyMap<string, number> {
    if (this.#references === undefined) {
      this.#references = new Map();
      for (const chain of this.#chains.values()) {
        for (const rule of this.#rules.of(chain)) this.#count(rule, 1);
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
    this.#rules.finish();
    const chains: ReadonlyMap<string, Chain> = this.#chains;
    this.#chains = new Map();
    this.#declared = [];
    this.#last = undefined;
    return { name: this.name, chains };
  }
}

function renameJump(rule: Rule, from: string, to: string): Rule {
  const { target } = rule;
  if (target?.name !== "jump" && target?.name !== "goto") return rule;
  return target.chain === from ? { ...rule, target: { ...target, chain: to } } : rule;
}

function withoutCounters(rule: Rule): Rule {
  return rule.counters === undefined ? rule : { ...rule, counters: undefined };
}

function tooManyZeroings(): Trouble {
  return { code: "too-many-zeroings", message: "nothing is zeroed: too much has been" };
}

function noSuchRule(chain: string): Trouble {
  return { code: "no-such-rule", message: `${chain} holds no such rule` };
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
