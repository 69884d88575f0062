import type { Fault, Severity } from "../../errors.js";
import { jumpOf } from "../chain-rules.js";
import type { Backend } from "../parse/banner.js";
import { targetTable } from "../parse/registry.js";
import { reachability } from "./reachability.js";
import { BUILT_IN_CHAINS, type Chain, type Hook, type Rule, type Table } from "../types.js";
import type { Family } from "../../net/ip.js";
import { PROBABILITY_GRID } from "../probability.js";

/** One table under examination, with what several checks ask of it. */
export interface TableContext {
  readonly table: Table;
  readonly family: Family;
  /** Whose rules they are, where that is known. */
  readonly backend: Backend | undefined;
  /** The hooks from which each chain can be reached, through jumps of reachable chains. */
  readonly hooks: ReadonlyMap<string, readonly Hook[]>;
  /** Each chain after all those it jumps to; those in a circle, or above one, are left out. */
  readonly order: readonly Chain[];
  /** Chains that never give a packet back to their caller. */
  readonly final: ReadonlySet<string>;
  /** `rule` absent: the fault is the chain's. `word` is what the caret points at. */
  readonly report: (severity: Severity, code: string, message: string, place: Place) => void;
}

export interface Place {
  readonly chain: Chain;
  readonly rule?: Rule | undefined;
  readonly word?: string | undefined;
}

export function makeContext(
  table: Table,
  family: Family,
  { file, backend }: { readonly file?: string; readonly backend?: Backend },
  faults: Fault[],
): TableContext {
  let order: readonly Chain[] | undefined;
  let final: ReadonlySet<string> | undefined;
  return {
    table,
    family,
    backend,
    hooks: reachability(table),
    get order() {
      order ??= calleesFirst(table);
      return order;
    },
    get final() {
      final ??= finalChains(this.order);
      return final;
    },
    report: (severity, code, message, place) => {
      faults.push(faultAt(severity, code, `${table.name}: ${message}`, place, file));
    },
  };
}

function faultAt(
  severity: Severity,
  code: string,
  message: string,
  { chain, rule, word }: Place,
  file: string | undefined,
): Fault {
  const inFile = file === undefined ? {} : { file };
  if (rule?.origin.kind === "source") {
    const { line, text } = rule.origin;
    const found = word === undefined ? -1 : findWord(text, word);
    const place = found < 0 || word === undefined ? {} : { column: found + 1, length: word.length };
    const at = { ...inFile, line, column: 1, ...place };
    return { code, severity, message, at, excerpt: text };
  }
  if (rule?.origin.kind === "compiled" && rule.origin.subject !== undefined) {
    return { code, severity, message, at: { ...inFile, object: rule.origin.subject } };
  }
  const line = rule === undefined ? chain.line : undefined;
  if (line === undefined) return { code, severity, message, at: inFile };
  const at = { ...inFile, line, column: 2, length: chain.name.length };
  return { code, severity, message, at, excerpt: `:${chain.name}` };
}

/** The last place where the word stands by itself. */
function findWord(text: string, word: string): number {
  let at = text.lastIndexOf(word);
  while (at > 0 && !isWordAt(text, at, word.length)) at = text.lastIndexOf(word, at - 1);
  return at;
}

function isWordAt(text: string, at: number, length: number): boolean {
  return /^[\s"]?$/.test(text.charAt(at - 1)) && /^[\s"]?$/.test(text.charAt(at + length));
}

/** Every rule of the table with its chain and its number in it, counted from 1. */
export function* rulesOf(table: Table): Generator<{ chain: Chain; rule: Rule; number: number }> {
  for (const chain of table.chains.values()) {
    let number = 0;
    for (const rule of chain.rules) yield { chain, rule, number: ++number };
  }
}

export function isBuiltIn(table: Table, chain: string): boolean {
  return BUILT_IN_CHAINS[table.name].some((hook) => hook === chain);
}

/** Whether the rule takes every packet that comes to it. */
export function isUnconditional(rule: Rule): boolean {
  return (
    (rule.protocol === undefined || (rule.protocol.value === 0 && !rule.protocol.not)) &&
    isAny(rule.source) &&
    isAny(rule.destination) &&
    (rule.inInterface === undefined || (rule.inInterface.value === "+" && !rule.inInterface.not)) &&
    (rule.outInterface === undefined ||
      (rule.outInterface.value === "+" && !rule.outInterface.not)) &&
    rule.fragment === undefined &&
    rule.matches.every(
      (match) =>
        match.name === "comment" ||
        (match.name === "statistic" &&
          match.probability?.not === false &&
          match.probability.value.threshold === PROBABILITY_GRID),
    )
  );
}

function isAny(asked: Rule["source"]): boolean {
  return asked === undefined || (!asked.not && BigInt(asked.value.mask) === 0n);
}

/** Whether the rule's target, once taken, lets no packet go on to the next rule. */
export function endsWalk(rule: Rule, final: ReadonlySet<string>): boolean {
  const { target } = rule;
  if (target === undefined) return false;
  switch (target.name) {
    case "opaque":
      return false;
    case "goto":
      return true;
    case "jump":
      return final.has(target.chain);
    default:
      return targetTable(target.name)?.terminates === true;
  }
}

/**
 * Chains through which no packet comes back: an unconditional verdict stands before their end and
 * nothing before it returns. Chains in a circle, or above one, count as giving packets back.
 */
function finalChains(order: readonly Chain[]): ReadonlySet<string> {
  const final = new Set<string>();
  for (const chain of order) if (neverReturns(chain, final)) final.add(chain.name);
  return final;
}

/**
 * The chains in an order in which each comes after all those it jumps to; chains in a circle, or
 * above one, are left out. Without recursion, since chains can be as deep as a file is long.
 */
function calleesFirst(table: Table): readonly Chain[] {
  const callers = new Map<string, Chain[]>();
  const open = new Map<string, number>();
  for (const chain of table.chains.values()) {
    const called = new Set(chain.rules.map(jumpOf));
    let count = 0;
    for (const to of called) {
      if (to === undefined || !table.chains.has(to)) continue;
      count++;
      const list = callers.get(to);
      if (list === undefined) callers.set(to, [chain]);
      else list.push(chain);
    }
    open.set(chain.name, count);
  }
  const order = [...table.chains.values()].filter(({ name }) => open.get(name) === 0);
  for (let at = 0; at < order.length; at++) {
    for (const caller of callers.get(order[at]?.name ?? "") ?? []) {
      const left = (open.get(caller.name) ?? 0) - 1;
      open.set(caller.name, left);
      if (left === 0) order.push(caller);
    }
  }
  return order;
}

function neverReturns(chain: Chain, final: ReadonlySet<string>): boolean {
  for (const rule of chain.rules) {
    const { target } = rule;
    if (target?.name === "RETURN" || target?.name === "opaque") return false;
    // The end of the chain that is gone to returns to this chain's caller.
    if (target?.name === "goto" && !final.has(target.chain)) return false;
    if (isUnconditional(rule) && endsWalk(rule, final)) return true;
  }
  return false;
}
