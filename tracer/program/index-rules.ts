import type { Rule } from "../../engine/iptables/types.js";
import type { HostState } from "../host/types.js";
import type { ChainIndex, LinkedChain, LinkedRules } from "../walk/link.js";
import { DispatchBuilder } from "./build-dispatch.js";
import { firstFrom, NO_RULE, type Dispatch } from "./dispatch.js";
import { FIELDS, writeFields } from "./fields.js";
import { Interfaces } from "./interfaces.js";
import { keysOf, mayAsk, type Keys, type StableSets } from "./keys.js";
import { LEAST_INDEXED, runsOf, type Run } from "./runs.js";

/** A run and, where it is indexed, its place in the index and what its rules ask for. */
export interface IndexedRun extends Run {
  readonly reference: number;
  readonly keys: readonly Keys[];
}

/** The indexes over one ruleset's chains. Entries are rules, counted from 0 in their chain. */
export interface RuleIndex {
  readonly dispatch: Dispatch;
  readonly interfaces: Interfaces;
  /** Chains without an entry have no run that is worth an index. */
  readonly runs: ReadonlyMap<LinkedChain, readonly IndexedRun[]>;
}

/**
 * Indexes every long chain of these rulesets by protocol, addresses, ports, mark, interfaces and
 * ipsets. A walk through them from then on passes over rules that cannot match, and tells the same.
 * `host` must be the one that the packets are walked on: its ipsets are part of the index.
 */
export function indexRules(rules: readonly LinkedRules[], host: HostState): readonly RuleIndex[] {
  const sets: StableSets = { host, changed: changedSets(rules), ranges: new Map() };
  return rules.map((linked) => {
    const index = buildIndex(linked, sets);
    for (const [chain, runs] of index.runs) {
      chain.index = chainIndex(index, runs, chain.count);
    }
    return index;
  });
}

function buildIndex(linked: LinkedRules, sets: StableSets): RuleIndex {
  const interfaces = new Interfaces();
  const builder = new DispatchBuilder(linked.family, interfaces);
  const runs = new Map<LinkedChain, readonly IndexedRun[]>();
  for (const table of linked.tables.values()) {
    for (const chain of table.chains.values()) {
      const found = asksLittle(chain) ? [] : indexChain(chain, sets, builder);
      if (found.some(({ indexed }) => indexed)) runs.set(chain, found);
    }
  }
  return { dispatch: builder.dispatch, interfaces, runs };
}

/** Whether no run of the chain can be long enough; most chains tell it without making a rule. */
function asksLittle(chain: LinkedChain): boolean {
  if (chain.count < LEAST_INDEXED) return true;
  const asks = (start: string | undefined): boolean => start === undefined || mayAsk(start);
  const starts = chain.starts();
  return starts.findLastIndex(asks) - starts.findIndex(asks) + 1 < LEAST_INDEXED;
}

function indexChain(
  { rules }: LinkedChain,
  sets: StableSets,
  builder: DispatchBuilder,
): readonly IndexedRun[] {
  const keys = rules.map(({ rule }) => keysOf(rule, sets));
  return runsOf(keys).map(({ start, end, indexed }) => {
    const asked = indexed ? keys.slice(start, end) : [];
    const reference = builder.add(asked.map((one, at) => ({ keys: one, entry: start + at })));
    return { start, end, indexed, reference, keys: asked };
  });
}

/** Ipsets that a `SET` rule may change. */
function changedSets(rules: readonly LinkedRules[]): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const { tables } of rules) {
    for (const table of tables.values()) {
      for (const chain of table.chains.values()) {
        if (!chain.mayHaveTarget("SET")) continue;
        for (const { rule } of chain.rules) {
          for (const name of setsChangedBy(rule)) changed.add(name);
        }
      }
    }
  }
  return changed;
}

function setsChangedBy({ target }: Rule): readonly string[] {
  if (target?.name !== "SET") return [];
  return [target.addSet?.set, target.delSet?.set].filter((name) => name !== undefined);
}

function chainIndex(
  { dispatch, interfaces }: RuleIndex,
  runs: readonly IndexedRun[],
  count: number,
): ChainIndex {
  const fields = new Int32Array(FIELDS);
  return {
    next: (from, packet, inInterface, outInterface) => {
      let written = false;
      let at = from;
      for (const { start, end, indexed, reference } of runs) {
        if (at >= end) continue;
        if (!indexed) return at;
        if (!written) {
          const [into, outOf] = [
            interfaces.numberOf(inInterface),
            interfaces.numberOf(outInterface),
          ];
          if (!writeFields(fields, packet, into, outOf)) return at;
          written = true;
        }
        const found = firstFrom(dispatch, fields, reference, Math.max(at, start));
        if (found !== NO_RULE) return found;
        at = end;
      }
      return count;
    },
  };
}
