import type { Belief } from "../services/types.js";
import { ByteWriter } from "./bytes.js";
import { CHAIN } from "./chain-names.js";
import type { SyncConditions } from "./context.js";
import type { KubeRule } from "./rule.js";
import { serviceRules, type ServiceRules } from "./service-rules.js";
import { declaration, writeRules } from "./text.js";

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

/** What several entries were written into, part by part. */
export interface Chunk {
  /** Rules of filter. */
  readonly filter: ByteWriter;
  /** Declarations of the Services' own chains. */
  readonly declarations: ByteWriter;
  /** Of each Service port the rules of nat's shared chains, then those of its own chains. */
  readonly nat: ByteWriter;
}

/** The rules of one Service port, counted, and written once and kept while its belief stands. */
export interface Entry {
  readonly belief: Belief;
  readonly conditions: SyncConditions;
  /** `undefined`: not written, only counted. A minimal sync has no use for its text. */
  readonly chunk: Chunk | undefined;
  /** Where its bytes are in each part of the chunk. */
  readonly filterStart: number;
  readonly filterEnd: number;
  readonly declarationsStart: number;
  readonly declarationsEnd: number;
  readonly natStart: number;
  /** The end of its rules of shared chains, where those of its own chains start. */
  readonly dispatchEnd: number;
  readonly natEnd: number;
  readonly counts: SharedCounts;
}

/** The Service port's own chains; worked out when asked for, as they are many. */
export function chainsOf({ belief, conditions }: Entry): readonly string[] {
  return serviceRules(belief, conditions).chains;
}

/** Bytes that an endpoint and a Service port take, about. */
const ENDPOINT_BYTES = 370;
const SERVICE_BYTES = 420;
const DECLARATION_BYTES = 35;

const ONE_CLUSTER_IP: SharedCounts = [1, 0, 0, 0, 0, 0];

/** An empty chunk with room for these beliefs; `head` bytes stay free before nat's rules. */
export function chunkFor(beliefs: readonly Belief[], head = 0): Chunk {
  const bytes = endpointsOf(beliefs) * ENDPOINT_BYTES + beliefs.length * SERVICE_BYTES;
  return {
    filter: new ByteWriter(0),
    declarations: new ByteWriter(declarationBytes(beliefs)),
    nat: new ByteWriter(bytes, head),
  };
}

/** Bytes that the declarations of these beliefs' chains take, about. */
export function declarationBytes(beliefs: readonly Belief[]): number {
  return (endpointsOf(beliefs) + 2 * beliefs.length) * DECLARATION_BYTES;
}

function endpointsOf(beliefs: readonly Belief[]): number {
  return beliefs.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
}

/** An entry whose text is written. */
export interface WrittenEntry extends Entry {
  readonly chunk: Chunk;
}

export function isWritten(entry: Entry): entry is WrittenEntry {
  return entry.chunk !== undefined;
}

/** Compiles beliefs into entries, in their order; all share one chunk. */
export function compileEntries(
  beliefs: readonly Belief[],
  conditions: SyncConditions,
  chunk = chunkFor(beliefs),
): readonly WrittenEntry[] {
  return beliefs.map((belief) => writeEntry(belief, conditions, chunk));
}

/** An entry that is not written. */
export function countEntry(
  belief: Belief,
  conditions: SyncConditions,
  { dispatch, filter }: ServiceRules,
): Entry {
  const counts = countShared(dispatch, filter);
  return { belief, conditions, chunk: undefined, ...NOWHERE, counts };
}

const NOWHERE = {
  filterStart: 0,
  filterEnd: 0,
  declarationsStart: 0,
  declarationsEnd: 0,
  natStart: 0,
  dispatchEnd: 0,
  natEnd: 0,
} as const;

function writeEntry(belief: Belief, conditions: SyncConditions, chunk: Chunk): WrittenEntry {
  const { filter, declarations, nat } = chunk;
  const rules = serviceRules(belief, conditions);
  const filterStart = filter.length;
  const declarationsStart = declarations.length;
  const natStart = nat.length;
  if (rules.filter.length > 0) filter.write(writeRules(rules.filter));
  declarations.write(rules.chains.map(declaration).join(""));
  nat.write(writeRules(rules.dispatch));
  const dispatchEnd = nat.length;
  nat.write(writeRules(rules.own));
  return {
    belief,
    conditions,
    chunk,
    filterStart,
    filterEnd: filter.length,
    declarationsStart,
    declarationsEnd: declarations.length,
    natStart,
    dispatchEnd,
    natEnd: nat.length,
    counts: countShared(rules.dispatch, rules.filter),
  };
}

/** Bytes of restore input that an entry takes. */
export function entryBytes(entry: Entry): number {
  return (
    entry.filterEnd -
    entry.filterStart +
    (entry.declarationsEnd - entry.declarationsStart) +
    (entry.natEnd - entry.natStart)
  );
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
