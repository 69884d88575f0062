import fc, { type Arbitrary } from "fast-check";
import type { Cluster } from "../../engine/arbitraries/cluster.js";
import type { ProxySetup } from "../../engine/kube-proxy/from-flags.js";
import { hostOfNodes } from "../../tracer/host/from-nodes.js";
import type { HostState } from "../../tracer/host/types.js";
import { PROXY } from "../compile.js";
import { NODE, NODE_IP, parsedCluster } from "../generated-cluster.js";
import type { Size } from "../types.js";

/** Parsed Kubernetes objects, the proxy that compiles them, and the node that it runs on. */
export interface Setting {
  readonly objects: readonly unknown[];
  readonly setup: ProxySetup;
  readonly host: HostState;
  /** Where the node's own Pods are. */
  readonly podRanges: readonly string[];
}

/** Which Services have a node port goes by this; more moves node ports past 65535. */
const MOST_SHIFT = 9_999;
const OWN_PODS = "10.0.0.0/24";

/** What `prepare` functions of the phases take for a seed, out of a run's. */
export function shiftOf(seed: number): number {
  return sampleOne(fc.nat(MOST_SHIFT), seed);
}

/** Clusters of one size: a Service in ten has a node port. */
export function largeCluster({ services, endpoints }: Size): Arbitrary<Setting> {
  const host = hostOf(NODE, [OWN_PODS], [NODE_IP]);
  return fc.nat(MOST_SHIFT).map((shift) => ({
    objects: parsedCluster(services, endpoints, shift),
    setup: PROXY,
    host,
    podRanges: [OWN_PODS],
  }));
}

/** The node of a small cluster of many features, of the one family that its proxy is for. */
export function settingOf({ objects, config, flags }: Cluster): Setting {
  const node = flags.node ?? "";
  const family = flags.family;
  const podRanges = family === 4 ? ["10.244.0.0/24"] : ["fd00:10:244:0::/64"];
  const own = flags.nodeIPs.filter((address) => address.includes(":") === (family === 6));
  return { objects, setup: { config, flags }, host: hostOf(node, podRanges, own), podRanges };
}

/** The first value of the stream that this seed gives. */
export function sampleOne<T>(arbitrary: Arbitrary<T>, seed: number): T {
  const [value] = fc.sample(arbitrary, { seed, numRuns: 1 });
  if (value === undefined) throw new Error("an arbitrary gave nothing");
  return value;
}

function hostOf(
  node: string,
  podCIDRs: readonly string[],
  addresses: readonly string[],
): HostState {
  const status = { addresses: addresses.map((address) => ({ type: "InternalIP", address })) };
  return hostOfNodes([{ metadata: { name: node }, spec: { podCIDRs }, status }], node).value;
}
