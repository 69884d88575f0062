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

/** Which of the two implementations of iptables holds the rules. */
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
  /** Number of the chain among all of its ruleset, from 0, in the order of the tables and the text. */
  readonly id: number;
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
  readonly id: number;
  readonly name: string;
  readonly policy: Policy | undefined;
  rules: readonly OpenRule[];
  index: ChainIndex | undefined;
  loop: readonly string[] | undefined;
}

interface OpenRule {
  readonly rule: Rule;
  readonly number: number;
  readonly to: Open | undefined;
}

/**
 * Resolves a ruleset's jumps, so that it can be walked. Never throws: what is missing or runs in circles
 * ends a walk that comes there as `unknown`.
 */
export function linkRules(ruleset: Ruleset, backend?: Backend): LinkedRules {
  const tables = new Map<TableName, LinkedTable>();
  let id = 0;
  for (const table of ruleset.tables.values()) {
    tables.set(table.name, linkTable(table, backend, id));
    id += table.chains.size;
  }
  return { family: ruleset.family, backend, tables, tracks: trackingNeed(ruleset) };
}

function linkTable(table: Table, backend: Backend | undefined, firstId: number): LinkedTable {
  const chains = new Map<string, Open>();
  let id = firstId;
  for (const { name, policy } of table.chains.values()) {
    chains.set(name, { id, name, policy, rules: NO_RULES, index: undefined, loop: undefined });
    id++;
  }
  for (const chain of table.chains.values()) fill(chain, chains);
  markLoops(table, chains, firstId);
  return { name: table.name, backend, chains };
}

function fill({ name, rules }: Chain, chains: ReadonlyMap<string, Open>): void {
  const linked = chains.get(name);
  if (linked === undefined) return;
  linked.rules = rules.map((rule, index) => {
    const { target } = rule;
    const goesTo = target?.name === "jump" || target?.name === "goto" ? target.chain : undefined;
    return { rule, number: index + 1, to: goesTo === undefined ? undefined : chains.get(goesTo) };
  });
}

const NO_RULES: readonly OpenRule[] = [];

interface Visit {
  readonly chain: Open;
  next: number;
}

const UNSEEN = 0;
const ON_PATH = 1;
const LEFT = 2;

/**
 * Tells on the chains that go round in a loop how they do. Every hook is looked at for itself, since
 * which chain closes a loop depends on where it is entered; but only when there is one at all.
 */
function markLoops(table: Table, chains: ReadonlyMap<string, Open>, firstId: number): void {
  const hooks = BUILT_IN_CHAINS[table.name].flatMap((hook) => chains.get(hook) ?? []);
  const states = new Uint8Array(chains.size);
  let loops = 0;
  const count = (): void => {
    loops++;
  };
  for (const hook of hooks) findLoops(hook, states, firstId, count);
  if (loops === 0) return;
  for (const hook of hooks) findLoops(hook, states.fill(UNSEEN), firstId, markLoop);
}

/** `from`: where `to` stands on the path, at whose end is the chain that jumps back to it. */
type OnLoop = (path: readonly Visit[], chain: Open, to: Open, from: number) => void;

/** A loop may go through 100,000 chains, and there may be as many loops. */
const MAX_NAMES = 20;

const markLoop: OnLoop = (path, chain, to, from) => {
  const names = path.slice(from, from + MAX_NAMES).map((above) => above.chain.name);
  const more = path.length - from > MAX_NAMES ? [`${path.length - from - MAX_NAMES} more`] : [];
  chain.loop = [...names, ...more, to.name];
};

/** Depth first, without recursion: chains may be nested as deep as a hostile dump likes. */
function findLoops(start: Open, states: Uint8Array, firstId: number, onLoop: OnLoop): void {
  if (states[start.id - firstId] !== UNSEEN) return;
  const path: Visit[] = [{ chain: start, next: 0 }];
  const places = new Int32Array(states.length);
  states[start.id - firstId] = ON_PATH;
  for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
    const { chain } = visit;
    const rule = chain.rules[visit.next++];
    if (rule === undefined) {
      path.pop();
      states[chain.id - firstId] = LEFT;
    } else if (rule.to !== undefined) {
      const { to } = rule;
      const state = states[to.id - firstId] ?? UNSEEN;
      if (state === ON_PATH) onLoop(path, chain, to, places[to.id - firstId] ?? 0);
      if (state !== UNSEEN) continue;
      places[to.id - firstId] = path.length;
      path.push({ chain: to, next: 0 });
      states[to.id - firstId] = ON_PATH;
    }
  }
}
