import type { Checked } from "../errors.js";
import type { KubernetesObjects, NodeObject } from "../kubernetes/types.js";
import { doublePorts, findConflicts } from "../services/conflicts.js";
import { compareNames } from "../services/names.js";
import { ProxyModel } from "../services/model.js";
import type { Belief } from "../services/types.js";
import { isServiceChain } from "./chain-names.js";
import type { SyncConditions } from "./context.js";
import type { RestoreInput } from "../iptables/restore.js";
import { restoreInput } from "./restore-input.js";
import { fromAscii } from "./bytes.js";
import type { ProxySettings } from "./settings.js";
import { chainsOf, chunkFor, compileEntries } from "./entry.js";
import { headroomFor, writeChunk } from "./write-all.js";
import { makeFrame } from "./text.js";

/** Strictly more endpoints than this make a large cluster (`largeClusterEndpointsThreshold`). */
export const LARGE_CLUSTER_ENDPOINTS = 1_000;

/** What kube-proxy's first sync would hand to `iptables-restore --noflush --counters`. */
export interface Compilation {
  readonly objects: KubernetesObjects;
  readonly settings: ProxySettings;
  readonly conditions: SyncConditions;
  /** Sorted by Service port. */
  readonly beliefs: readonly Belief[];
  /** Services that are left alone, by `namespace/name`, and why. */
  readonly skipped: ReadonlyMap<string, string>;
  /** The restore input, byte for byte kube-proxy's. */
  readonly bytes: Uint8Array;
  /** The same as text; made when asked for. */
  readonly text: string;
  /** The same in typed form, each rule with what it was made for and why; made when asked for. */
  readonly input: RestoreInput;
}

/** Compiles all Services as one kube-proxy 1.30 would on its first sync. */
export function compile(objects: KubernetesObjects, settings: ProxySettings): Checked<Compilation> {
  const model = new ProxyModel(settings.services, settings.nodeName);
  model.setAll(objects);
  const beliefs = [...model.commit().updated.values()]
    .flat()
    .sort((left, right) => compareNames(left.port.name, right.port.name));
  const conditions: SyncConditions = {
    settings,
    nodeLabels: nodeLabelsOf(objects.nodes, settings.nodeName),
    largeCluster: countEndpoints(beliefs) > LARGE_CLUSTER_ENDPOINTS,
  };
  const skipped = new Map<string, string>();
  for (const [key, ports] of model.allServices()) {
    if (ports.skipped !== undefined) skipped.set(key, ports.skipped);
  }
  const { bytes, stale } = writeAll(beliefs, conditions);
  const value: Compilation = {
    objects,
    settings,
    conditions,
    beliefs,
    skipped,
    bytes,
    get text() {
      return fromAscii(bytes);
    },
    get input() {
      return restoreInput(beliefs, conditions, stale);
    },
  };
  const faults = [...findConflicts(beliefs), ...objects.services.flatMap(doublePorts)];
  return { value, faults };
}

export function nodeLabelsOf(
  nodes: readonly NodeObject[],
  name: string | undefined,
): Readonly<Record<string, string>> {
  return nodes.find((node) => node.name === name)?.labels ?? {};
}

export function countEndpoints(beliefs: readonly Belief[]): number {
  return beliefs.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
}

interface Written {
  readonly bytes: Uint8Array;
  /** Chains that were there and that nothing uses any more. */
  readonly stale: readonly string[];
}

function writeAll(beliefs: readonly Belief[], conditions: SyncConditions): Written {
  const { settings } = conditions;
  const frame = makeFrame(settings);
  const chunk = chunkFor(beliefs, headroomFor(frame, beliefs));
  const entries = compileEntries(beliefs, conditions, chunk);
  const active = new Set(settings.currentChains.length === 0 ? [] : entries.flatMap(chainsOf));
  const stale = settings.currentChains
    .filter((chain) => isServiceChain(chain) && !active.has(chain))
    .sort();
  return { bytes: writeChunk(frame, chunk, stale), stale };
}
