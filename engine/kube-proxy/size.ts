import type { Belief } from "../services/types.js";
import {
  filterChains,
  firewallRules,
  forwardRules,
  masqueradeRules,
  NAT_CHAINS,
  nodePortJumps,
} from "./base-chains.js";
import type { Compilation } from "./compile.js";
import { compileEntries, entryBytes, SHARED_CHAINS, type Entry } from "./entry.js";
import { serviceRules } from "./service-rules.js";
import { CHAIN } from "./chain-names.js";

/** What one Service port costs. */
export interface PortSize {
  readonly label: string;
  readonly endpoints: number;
  readonly chains: number;
  readonly rules: number;
  /** Of restore input. */
  readonly bytes: number;
}

/** How many rules a new connection's packet is tried against. */
export interface ScanDepth {
  readonly label: string;
  /** Rules of nat KUBE-SERVICES up to and with the one that takes the packet. */
  readonly dispatch: number;
  /** And then in the Service's own chains, at most: the last endpoint's share. */
  readonly own: number;
}

/** How much a cluster's rules are; `bytes` are those of the restore input. */
export interface CompiledSize {
  readonly services: number;
  readonly servicePorts: number;
  readonly endpoints: number;
  readonly chains: { readonly nat: number; readonly filter: number };
  readonly rules: { readonly nat: number; readonly filter: number };
  readonly bytes: number;
  /** By bytes, the largest first. */
  readonly costliest: readonly PortSize[];
  /** Of the Services that have endpoints: the first, the median and the last in their order. */
  readonly scan: readonly ScanDepth[];
}

/** Counts what a compilation costs; `top` Service ports are listed. */
export function sizeOf(compilation: Compilation, top = 10): CompiledSize {
  const { beliefs, conditions, settings } = compilation;
  const sizes = beliefs.map((belief) => portSize(belief, compilation));
  const nat = sizes.reduce((sum, { nat: rules }) => sum + rules, 0);
  const filter = sizes.reduce((sum, { filter: rules }) => sum + rules, 0);
  const chains = sizes.reduce((sum, { port }) => sum + port.chains, 0);
  const names = beliefs.map(({ port }) => `${port.name.namespace}/${port.name.name}`);
  const frame = { nat: masqueradeRules(settings), jumps: nodePortJumps(settings) };
  return {
    services: new Set(names).size,
    servicePorts: beliefs.length,
    endpoints: beliefs.reduce((sum, { endpoints }) => sum + endpoints.length, 0),
    chains: { nat: NAT_CHAINS.length + chains, filter: filterChains(settings).length },
    rules: {
      nat: nat + frame.nat.length + frame.jumps.length,
      filter: filter + firewallRules(settings).length + forwardRules(settings).length,
    },
    bytes: compilation.bytes.length,
    costliest: sizes
      .map(({ port }) => port)
      .sort((left, right) => right.bytes - left.bytes)
      .slice(0, top),
    scan: scanDepths(compileEntries(beliefs, conditions)),
  };
}

function portSize(belief: Belief, { conditions }: Compilation) {
  const rules = serviceRules(belief, conditions);
  const bytes = compileEntries([belief], conditions).reduce((sum, one) => sum + entryBytes(one), 0);
  const nat = rules.dispatch.length + rules.own.length;
  const port: PortSize = {
    label: belief.port.label,
    endpoints: belief.endpoints.length,
    chains: rules.chains.length,
    rules: nat + rules.filter.length,
    bytes,
  };
  return { port, nat, filter: rules.filter.length };
}

const SERVICES_AT = SHARED_CHAINS.findIndex(
  ({ table, chain }) => table === "nat" && chain === CHAIN.services,
);

function scanDepths(entries: readonly Entry[]): readonly ScanDepth[] {
  const depths: ScanDepth[] = [];
  let before = 0;
  for (const { belief, conditions, counts } of entries) {
    const rules = counts[SERVICES_AT] ?? 0;
    if (rules > 0) {
      const { context, own } = serviceRules(belief, conditions);
      const inChain = own.filter(({ chain }) => chain === context.internalChain).length;
      depths.push({ label: belief.port.label, dispatch: before + 1, own: inChain + 2 });
    }
    before += rules;
  }
  const shown = new Set([0, depths.length >> 1, depths.length - 1]);
  return [...shown].flatMap((at) => depths[at] ?? []);
}
