import type { Belief } from "../services/types.js";
import { ByteWriter } from "./bytes.js";
import { CHAIN } from "./chain-names.js";
import type { SyncConditions } from "./context.js";
import { writeRule, type KubeRule } from "./rule.js";
import { serviceRules } from "./service-rules.js";
import { declaration } from "./text.js";

/** The chains that all Services share, each with its table. */
export const SHARED_CHAINS = [
  { table: "nat", chain: CHAIN.services },
  { table: "nat", chain: CHAIN.nodePorts },
  { table: "filter", chain: CHAIN.services },
  { table: "filter", chain: CHAIN.externalServices },
  { table: "filter", chain: CHAIN.nodePorts },
  { table: "filter", chain: CHAIN.proxyFirewall },
] as const;

/** How many rules there are in each of `SHARED_CHAINS`. */
export type SharedCounts = readonly number[];

/** The rules of one Service port, written once and kept while its belief stands. */
export interface Entry {
  readonly belief: Belief;
  readonly conditions: SyncConditions;
  readonly filter: Uint8Array;
  readonly declarations: Uint8Array;
  /** Rules of shared chains of nat, then those of its own chains. */
  readonly nat: Uint8Array;
  /** Bytes of `nat` that are rules of shared chains. */
  readonly dispatchLength: number;
  readonly counts: SharedCounts;
}

/** The Service port's own chains; worked out when asked for, as they are many. */
export function chainsOf({ belief, conditions }: Entry): readonly string[] {
  return serviceRules(belief, conditions).chains;
}

/** Bytes that an endpoint and a Service port take, about. */
const ENDPOINT_BYTES = 370;
const SERVICE_BYTES = 420;
const DECLARATION_BYTES = 34;

const NOTHING = new Uint8Array(0);
const ONE_CLUSTER_IP: SharedCounts = [1, 0, 0, 0, 0, 0];

/** Compiles beliefs into entries, in their order; all share a few large buffers. */
export function compileEntries(
  beliefs: readonly Belief[],
  conditions: SyncConditions,
): readonly Entry[] {
  const endpoints = beliefs.reduce((sum, belief) => sum + belief.endpoints.length, 0);
  const filter = new ByteWriter(0);
  const chains = new ByteWriter((endpoints + beliefs.length) * DECLARATION_BYTES);
  const nat = new ByteWriter(endpoints * ENDPOINT_BYTES + beliefs.length * SERVICE_BYTES);
  const drafts = beliefs.map((belief) => draft(belief, conditions, filter, chains, nat));
  // Writers may move while they grow, so views are taken when all is written.
  return drafts.map(({ filterAt, chainsAt, natAt, rest }) => ({
    belief: rest.belief,
    conditions,
    filter: filterAt.from === filterAt.to ? NOTHING : filter.view(filterAt.from, filterAt.to),
    declarations: chains.view(chainsAt.from, chainsAt.to),
    nat: nat.view(natAt.from, natAt.to),
    dispatchLength: rest.dispatchLength,
    counts: rest.counts,
  }));
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

function draft(
  belief: Belief,
  conditions: SyncConditions,
  filter: ByteWriter,
  chains: ByteWriter,
  nat: ByteWriter,
) {
  const rules = serviceRules(belief, conditions);
  const filterAt = writeAll(rules.filter.map(writeRule), filter);
  const chainsAt = writeAll(rules.chains.map(declaration), chains);
  const dispatchAt = writeAll(rules.dispatch.map(writeRule), nat);
  let own = "";
  for (const rule of rules.own) own += writeRule(rule);
  nat.write(own);
  return {
    filterAt,
    chainsAt,
    natAt: { from: dispatchAt.from, to: nat.length },
    rest: {
      belief,
      dispatchLength: dispatchAt.to - dispatchAt.from,
      counts: countShared(rules.dispatch, rules.filter),
    },
  };
}

function writeAll(lines: readonly string[], writer: ByteWriter): Stretch {
  const from = writer.length;
  if (lines.length > 0) writer.write(lines.join(""));
  return { from, to: writer.length };
}

function countShared(nat: readonly KubeRule[], filter: readonly KubeRule[]): SharedCounts {
  if (filter.length === 0 && nat.length === 1 && nat[0]?.chain === CHAIN.services) {
    return ONE_CLUSTER_IP;
  }
  return SHARED_CHAINS.map(
    ({ table, chain }) =>
      (table === "nat" ? nat : filter).filter((rule) => rule.chain === chain).length,
  );
}
