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
import {
  jumpOf,
  forEachJump,
  mayHaveTarget,
  ruleCount,
  startsOf,
} from "../../engine/iptables/chain-rules.js";
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
  /** Made, with the rules of a text, when they are asked for: many chains are never walked. */
  readonly rules: readonly LinkedRule[];
  /** How many rules there are. */
  readonly count: number;
  /** Set once, before any packet is walked; `undefined`: every rule is tried. */
  index: ChainIndex | undefined;
  /** Jumps from here come back here, as in `A, B, A`: the kernel refuses to load that. */
  readonly loop: readonly string[] | undefined;
  /** Whether a rule may have a target of this name; no rule is made for it. */
  mayHaveTarget(name: string): boolean;
  /** What each rule begins with, as `startsOf` tells; no rule is made for it. */
  starts(): readonly (string | undefined)[];
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

class OpenChain implements LinkedChain {
  readonly id: number;
  readonly name: string;
  readonly policy: Policy | undefined;
  readonly count: number;
  index: ChainIndex | undefined;
  loop: readonly string[] | undefined;
  readonly #chain: Chain;
  readonly #chains: ReadonlyMap<string, OpenChain>;
  #rules: readonly LinkedRule[] | undefined;

  constructor(id: number, chain: Chain, chains: ReadonlyMap<string, OpenChain>) {
    this.id = id;
    this.name = chain.name;
    this.policy = chain.policy;
    this.count = ruleCount(chain);
    this.index = undefined;
    this.loop = undefined;
    this.#chain = chain;
    this.#chains = chains;
  }

  get rules(): readonly LinkedRule[] {
    this.#rules ??= this.#chain.rules.map((rule, index) => {
      const to = jumpOf(rule);
      const number = index + 1;
      return { rule, number, to: to === undefined ? undefined : this.#chains.get(to) };
    });
    return this.#rules;
  }

  /** Where the rules jump or go to, in their order, those left out that do not. */
  jumps(): readonly OpenChain[] {
    const found: OpenChain[] = [];
    forEachJump(this.#chain, (name) => {
      const to = this.#chains.get(name);
      if (to !== undefined) found.push(to);
    });
    return found;
  }

  mayHaveTarget(name: string): boolean {
    return mayHaveTarget(this.#chain, name);
  }

  starts(): readonly (string | undefined)[] {
    return startsOf(this.#chain);
  }
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
  const chains = new Map<string, OpenChain>();
  let id = firstId;
  for (const chain of table.chains.values()) {
    chains.set(chain.name, new OpenChain(id++, chain, chains));
  }
  markLoops(table, chains, firstId);
  return { name: table.name, backend, chains };
}

interface Visit {
  readonly chain: OpenChain;
  readonly jumps: readonly OpenChain[];
  next: number;
}

const UNSEEN = 0;
const ON_PATH = 1;
const LEFT = 2;

/**
 * Tells on the chains that go round in a loop how they do. Every hook is looked at for itself, since
 * which chain closes a loop depends on where it is entered; but only when there is one at all.
 */
function markLoops(table: Table, chains: ReadonlyMap<string, OpenChain>, firstId: number): void {
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
type OnLoop = (path: readonly Visit[], chain: OpenChain, to: OpenChain, from: number) => void;

/** A loop may go through 100,000 chains, and there may be as many loops. */
const MAX_NAMES = 20;

const markLoop: OnLoop = (path, chain, to, from) => {
  const names = path.slice(from, from + MAX_NAMES).map((above) => above.chain.name);
  const more = path.length - from > MAX_NAMES ? [`${path.length - from - MAX_NAMES} more`] : [];
  chain.loop = [...names, ...more, to.name];
};

/** Depth first, without recursion: chains may be nested as deep as a hostile dump likes. */
function findLoops(start: OpenChain, states: Uint8Array, firstId: number, onLoop: OnLoop): void {
  if (states[start.id - firstId] !== UNSEEN) return;
  const path: Visit[] = [{ chain: start, jumps: start.jumps(), next: 0 }];
  const places = new Int32Array(states.length);
  states[start.id - firstId] = ON_PATH;
  for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
    const { chain } = visit;
    const to = visit.jumps[visit.next++];
    if (to === undefined) {
      path.pop();
      states[chain.id - firstId] = LEFT;
    } else {
      const state = states[to.id - firstId] ?? UNSEEN;
      if (state === ON_PATH) onLoop(path, chain, to, places[to.id - firstId] ?? 0);
      if (state !== UNSEEN) continue;
      places[to.id - firstId] = path.length;
      path.push({ chain: to, jumps: to.jumps(), next: 0 });
      states[to.id - firstId] = ON_PATH;
    }
  }
}
