import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";

/** Objects and settings of a cluster whose node is `NODE_TOPOLOGY`'s. */
export interface GeneratedCluster {
  /** A `v1 List` as JSON. */
  readonly objects: string;
  /** A KubeProxyConfiguration. */
  readonly config: string;
}

const NODE = "worker-0";
const OTHER = "worker-1";

interface Plan {
  readonly pods: readonly (readonly [address: string, node: string])[];
  readonly clusterIPs: readonly string[];
  readonly external: readonly string[];
  readonly balanced: readonly string[];
  readonly ranges: readonly string[];
  readonly podRange: string;
  readonly nodeRange: string;
}

const PLANS: Readonly<Record<Family, Plan>> = {
  4: {
    pods: [
      ["10.244.0.5", NODE],
      ["10.244.0.6", NODE],
      ["10.244.0.7", NODE],
      ["10.244.1.7", OTHER],
      ["10.244.1.8", OTHER],
    ],
    clusterIPs: ["10.96.0.10", "10.96.0.11", "10.96.0.12"],
    external: ["198.51.100.7", "192.168.1.10"],
    balanced: ["203.0.113.100", "203.0.113.101"],
    ranges: ["203.0.113.0/24", "192.168.1.0/24", "10.244.0.0/16"],
    podRange: "10.244.0.0/16",
    nodeRange: "192.168.1.0/24",
  },
  6: {
    pods: [
      ["fd00:244::5", NODE],
      ["fd00:244::6", NODE],
      ["fd00:244::7", NODE],
      ["fd00:244:0:1::7", OTHER],
      ["fd00:244:0:1::8", OTHER],
    ],
    clusterIPs: ["fd00:96::10", "fd00:96::11", "fd00:96::12"],
    external: ["2001:db8:1::7", "fd00:1::10"],
    balanced: ["2001:db8:2::100", "2001:db8:2::101"],
    ranges: ["2001:db8::/64", "fd00:1::/64", "fd00:244::/48"],
    podRange: "fd00:244::/48",
    nodeRange: "fd00:1::/64",
  },
};

const PROTOCOLS = ["TCP", "TCP", "UDP", "SCTP"] as const;

interface Draft {
  readonly kind: "ClusterIP" | "NodePort" | "LoadBalancer";
  readonly ports: readonly {
    readonly protocol: (typeof PROTOCOLS)[number];
    readonly port: number;
    readonly target: number;
  }[];
  readonly affinity: boolean;
  readonly internal: "Cluster" | "Local";
  readonly outer: "Cluster" | "Local";
  readonly external: readonly string[];
  readonly balanced: readonly string[];
  readonly ranges: readonly string[];
  readonly endpoints: readonly {
    readonly pod: readonly [address: string, node: string];
    readonly ready: boolean;
    readonly serving: boolean;
    readonly terminating: boolean;
  }[];
}

function draft(plan: Plan): fc.Arbitrary<Draft> {
  const mostly = fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.boolean());
  return fc.record({
    kind: fc.constantFrom("ClusterIP" as const, "NodePort" as const, "LoadBalancer" as const),
    ports: fc.uniqueArray(
      fc.record({
        protocol: fc.constantFrom(...PROTOCOLS),
        port: fc.constantFrom(53, 80, 443),
        target: fc.constantFrom(53, 80, 8080),
      }),
      { minLength: 1, maxLength: 2, selector: ({ protocol, port }) => `${protocol} ${port}` },
    ),
    affinity: fc.boolean(),
    internal: fc.constantFrom("Cluster" as const, "Cluster" as const, "Local" as const),
    outer: fc.constantFrom("Cluster" as const, "Local" as const),
    external: fc.subarray([...plan.external]),
    balanced: fc.subarray([...plan.balanced]),
    ranges: fc.oneof(fc.constant([]), fc.subarray([...plan.ranges])),
    endpoints: fc.subarray([...plan.pods]).chain((pods) =>
      fc.tuple(
        ...pods.map((pod) =>
          fc.record({
            pod: fc.constant(pod),
            ready: mostly,
            serving: mostly,
            terminating: fc.boolean(),
          }),
        ),
      ),
    ),
  });
}

export function cluster(family: Family): fc.Arbitrary<GeneratedCluster> {
  const plan = PLANS[family];
  return fc
    .record({
      drafts: fc.array(draft(plan), { minLength: 1, maxLength: plan.clusterIPs.length }),
      detect: fc.constantFrom("ClusterCIDR", "NodeCIDR"),
      masqueradeAll: fc.boolean(),
      localhost: fc.boolean(),
      nodePorts: fc.constantFrom("[]", `["${plan.nodeRange}"]`),
    })
    .map(({ drafts, detect, masqueradeAll, localhost, nodePorts }) => ({
      objects: JSON.stringify({
        apiVersion: "v1",
        kind: "List",
        items: [...nodesOf(family), ...drafts.flatMap((made, at) => objectsOf(made, at, family))],
      }),
      config: [
        "apiVersion: kubeproxy.config.k8s.io/v1alpha1",
        "kind: KubeProxyConfiguration",
        "mode: iptables",
        `clusterCIDR: "${plan.podRange}"`,
        `detectLocalMode: ${detect}`,
        `nodePortAddresses: ${nodePorts}`,
        `iptables: {masqueradeAll: ${masqueradeAll}, localhostNodePorts: ${localhost}}`,
        "",
      ].join("\n"),
    }));
}

function nodesOf(family: Family): readonly object[] {
  const range = (node: number): string =>
    family === 4 ? `10.244.${node}.0/24` : `fd00:244:0:${node}::/64`;
  return [NODE, OTHER].map((name, at) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name } },
    spec: { podCIDR: range(at), podCIDRs: [range(at)] },
    status: {
      addresses: [
        {
          type: "InternalIP",
          address: family === 4 ? `192.168.1.${10 * (at + 1)}` : `fd00:1::${10 * (at + 1)}`,
        },
      ],
    },
  }));
}

function objectsOf(made: Draft, at: number, family: Family): readonly object[] {
  const plan = PLANS[family];
  const name = `svc${at}`;
  const ports = made.ports.map(({ protocol, port, target }, index) => ({
    name: `p${index}`,
    protocol,
    port,
    targetPort: target,
    ...(made.kind === "ClusterIP" ? {} : { nodePort: 30080 + at * 10 + index }),
  }));
  const clusterIP = plan.clusterIPs[at] ?? "";
  const reachable = made.kind !== "ClusterIP" || made.external.length > 0;
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default", uid: name },
    spec: {
      type: made.kind,
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: [family === 4 ? "IPv4" : "IPv6"],
      internalTrafficPolicy: made.internal,
      ...(reachable ? { externalTrafficPolicy: made.outer } : {}),
      ...(made.affinity
        ? {
            sessionAffinity: "ClientIP",
            sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
          }
        : { sessionAffinity: "None" }),
      ports,
      externalIPs: made.external,
      ...(made.kind === "LoadBalancer" ? { loadBalancerSourceRanges: made.ranges } : {}),
    },
    status: {
      loadBalancer:
        made.kind === "LoadBalancer" ? { ingress: made.balanced.map((ip) => ({ ip })) } : {},
    },
  };
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-1`,
      namespace: "default",
      labels: { "kubernetes.io/service-name": name },
    },
    addressType: family === 4 ? "IPv4" : "IPv6",
    ports: ports.map(({ name: portName, protocol, targetPort }) => ({
      name: portName,
      protocol,
      port: targetPort,
    })),
    endpoints: made.endpoints.map(({ pod: [address, nodeName], ready, serving, terminating }) => ({
      addresses: [address],
      nodeName,
      conditions: { ready: ready && !terminating, serving, terminating },
    })),
  };
  return [service, slice];
}

/** `ip -j addr` of `NODE_TOPOLOGY`'s node. */
export const NODE_ADDRESSES = JSON.stringify([
  device(1, "lo", [
    ["inet", "127.0.0.1", 8],
    ["inet6", "::1", 128],
  ]),
  device(2, "eth0", [
    ["inet", "192.168.1.10", 24],
    ["inet6", "fd00:1::10", 64],
  ]),
  device(3, "pod0", [
    ["inet", "10.244.0.1", 24],
    ["inet6", "fd00:244::1", 64],
  ]),
]);

function device(
  ifindex: number,
  ifname: string,
  addresses: readonly (readonly [family: string, local: string, prefixlen: number])[],
): object {
  return {
    ifindex,
    ifname,
    flags: ["UP"],
    addr_info: addresses.map(([family, local, prefixlen]) => ({ family, local, prefixlen })),
  };
}
