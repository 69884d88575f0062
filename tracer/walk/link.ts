import type { Family } from "../../engine/net/ip.js";
import {
  BUILT_IN_CHAINS,
  type Chain,
  type Policy,
  type Rule,
  type Ruleset,
  type Table,
  type TableName,
} from "../../engine/iptables/types.js";
import type { Packet } from "../packet/types.js";
import { trackingNeed } from "./tracking-need.js";

export type Backend = "legacy" | "nft";

export interface LinkedRule {
  readonly rule: Rule;
  /** From 1. */
  readonly number: number;
  /** Of a jump or goto; `undefined` when the chain is missing, or for other targets. */
  readonly to: LinkedChain | undefined;
}

/** Knows which rules of a chain a packet cannot match, so that they need not be tried one by one. */
export interface ChainIndex {
  /**
   * The first rule at or after `from` (from 0) that may match the packet, or the number of rules
   * when none may. The rules before it fail without any side effect.
   */
  readonly next: (
    from: number,
    packet: Packet,
    inInterface: string,
    outInterface: string,
  ) => number;
}

export interface LinkedChain {
  readonly name: string;
  readonly policy: Policy | undefined;
  readonly rules: readonly LinkedRule[];
  /** Set once, before any packet is walked; `undefined`: every rule is tried. */
  index: ChainIndex | undefined;
  /** Jumps from here come back here, as in `A, B, A`: the kernel refuses to load that. */
  readonly loop: readonly string[] | undefined;
}

export interface LinkedTable {
  readonly name: TableName;
  readonly backend: Backend | undefined;
  readonly chains: ReadonlyMap<string, LinkedChain>;
}

/** A ruleset with its jumps resolved, ready to be walked. */
export interface LinkedRules {
  readonly family: Family;
  readonly backend: Backend | undefined;
  readonly tables: ReadonlyMap<TableName, LinkedTable>;
  /** The first rule that makes the kernel track connections, as in `nat PREROUTING rule 1 (DNAT)`. */
  readonly tracks: string | undefined;
}

interface Open {
  readonly name: string;
  readonly policy: Policy | undefined;
  readonly rules: OpenRule[];
  index: ChainIndex | undefined;
  loop: readonly string[] | undefined;
}

interface OpenRule {
  readonly rule: Rule;
  readonly number: number;
  readonly to: Open | undefined;
}

export function linkRules(ruleset: Ruleset, backend?: Backend): LinkedRules {
  const tables = new Map<TableName, LinkedTable>();
  for (const table of ruleset.tables.values()) tables.set(table.name, linkTable(table, backend));
  return { family: ruleset.family, backend, tables, tracks: trackingNeed(ruleset) };
}

function linkTable(table: Table, backend: Backend | undefined): LinkedTable {
  const chains = new Map<string, Open>();
  for (const { name, policy } of table.chains.values()) {
    chains.set(name, { name, policy, rules: [], index: undefined, loop: undefined });
  }
  for (const chain of table.chains.values()) fill(chain, chains);
  for (const hook of BUILT_IN_CHAINS[table.name]) markLoops(chains.get(hook));
  return { name: table.name, backend, chains };
}

function fill(chain: Chain, chains: ReadonlyMap<string, Open>): void {
  const rules = chains.get(chain.name)?.rules;
  chain.rules.forEach((rule, index) => {
    const { target } = rule;
    const goesTo = target?.name === "jump" || target?.name === "goto" ? target.chain : undefined;
    const to = goesTo === undefined ? undefined : chains.get(goesTo);
    rules?.push({ rule, number: index + 1, to });
  });
}

interface Visit {
  readonly chain: Open;
  next: number;
}

/** Depth first, without recursion: chains may be nested as deep as a hostile dump likes. */
function markLoops(start: Open | undefined): void {
  if (start === undefined) return;
  const path: Visit[] = [{ chain: start, next: 0 }];
  const onPath = new Set<Open>([start]);
  const left = new Set<Open>();
  for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
    const rule = visit.chain.rules[visit.next++];
    if (rule === undefined) {
      path.pop();
      onPath.delete(visit.chain);
      left.add(visit.chain);
    } else if (rule.to !== undefined && onPath.has(rule.to)) {
      const names = path.map(({ chain }) => chain.name);
      visit.chain.loop = [...names.slice(names.indexOf(rule.to.name)), rule.to.name];
    } else if (rule.to !== undefined && !left.has(rule.to)) {
      path.push({ chain: rule.to, next: 0 });
      onPath.add(rule.to);
    }
  }
}
