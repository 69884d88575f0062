import type { Arbitrary } from "fast-check";
import { DEFAULT_PROXY_CONFIG, type ProxyConfig } from "../kubernetes/proxy-config.js";
import { DEFAULT_FLAGS, type ProxyFlags } from "../kube-proxy/resolve-settings.js";
import { serviceArbitrary } from "./service.js";
import { slicesArbitrary } from "./slice.js";
import {
  NODES,
  USUAL_BOUNDS,
  ZONES,
  type ClusterBounds,
  type Fc,
  type RawObject,
} from "./values.js";

export { USUAL_BOUNDS, type ClusterBounds, type Fc, type RawObject } from "./values.js";

/** A cluster's objects and the proxy that compiles them. */
export interface Cluster {
  /** Services, EndpointSlices and Nodes; every name once. */
  readonly objects: readonly RawObject[];
  readonly config: ProxyConfig;
  readonly flags: ProxyFlags;
}

const INTERFACES: ProxyConfig = {
  ...DEFAULT_PROXY_CONFIG,
  bridgeInterface: "cni0",
  interfaceNamePrefix: "veth",
};
const NODE_FLAGS: ProxyFlags = {
  ...DEFAULT_FLAGS,
  node: NODES[0],
  nodeIPs: ["192.168.0.10", "fd00:192:168::10"],
};

const NAMESPACES = ["a", "a-b", "default"] as const;

/**
 * fast-check arbitraries of clusters: every Service feature that shows in rules, sound objects
 * only. `fc` is the fast-check that the caller's tests use.
 */
export function clusterArbitrary(fc: Fc, bounds: ClusterBounds = USUAL_BOUNDS): Arbitrary<Cluster> {
  return fc.record({
    objects: objectsArbitrary(fc, bounds),
    config: configArbitrary(fc, bounds.plain),
    flags: flagsArbitrary(fc, bounds),
  });
}

/** The objects of one cluster at several moments: names stay, what they stand for changes. */
export function clusterHistoryArbitrary(
  fc: Fc,
  moments: number,
  bounds: ClusterBounds = USUAL_BOUNDS,
): Arbitrary<{ readonly moments: readonly (readonly RawObject[])[] } & Omit<Cluster, "objects">> {
  return fc.record({
    moments: fc.array(objectsArbitrary(fc, bounds), { minLength: 2, maxLength: moments }),
    config: configArbitrary(fc, bounds.plain),
    flags: flagsArbitrary(fc, bounds),
  });
}

export function objectsArbitrary(fc: Fc, bounds: ClusterBounds): Arbitrary<readonly RawObject[]> {
  const numbers = Array.from({ length: bounds.services }, (_, service) => service);
  const services = fc.subarray(numbers).chain((chosen) =>
    fc.tuple(
      ...chosen.map((service) => {
        const namespace = NAMESPACES[service % NAMESPACES.length] ?? "default";
        const name = { namespace, name: `svc-${service}` };
        return serviceArbitrary(fc, service, name, bounds).chain(({ raw, ports }) =>
          slicesArbitrary(fc, service, name, ports, bounds).map((slices) =>
            slices.toSpliced(0, 0, raw),
          ),
        );
      }),
    ),
  );
  return fc
    .tuple(services, nodesArbitrary(fc))
    .map(([groups, nodes]) => groups.flat().concat(nodes));
}

function nodesArbitrary(fc: Fc): Arbitrary<readonly RawObject[]> {
  return fc.constantFrom(...ZONES).map((zone) =>
    NODES.map((name, index) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, labels: { "topology.kubernetes.io/zone": index === 0 ? zone : ZONES[0] } },
      spec: { podCIDRs: [`10.244.${index}.0/24`, `fd00:10:244:${index}::/64`] },
    })),
  );
}

function configArbitrary(fc: Fc, plain: boolean): Arbitrary<ProxyConfig> {
  const clusterCIDRs = ["10.244.0.0/16", "fd00:10:244::/48"];
  if (plain) return fc.constant({ ...DEFAULT_PROXY_CONFIG, clusterCIDRs });
  return fc
    .record({
      detectLocalMode: fc.constantFrom(
        "ClusterCIDR",
        "NodeCIDR",
        "BridgeInterface",
        "InterfaceNamePrefix",
      ),
      clusterCIDRs: fc.subarray(clusterCIDRs),
      masqueradeAll: fc.constantFrom(false, false, true),
      masqueradeBit: fc.constantFrom(14, 0, 31),
      localhostNodePorts: fc.boolean(),
      tcpBeLiberal: fc.boolean(),
    })
    .map((given) => Object.assign({ ...INTERFACES }, given));
}

function flagsArbitrary(fc: Fc, { families }: ClusterBounds): Arbitrary<ProxyFlags> {
  return fc
    .record({ family: fc.constantFrom(...families), randomFully: fc.boolean() })
    .map((given) => Object.assign({ ...NODE_FLAGS }, given));
}
