import { warning, type Checked, type Fault } from "../../engine/errors.js";
import { familyOf, parseAddress, widthOf, type Address } from "../../engine/net/ip.js";
import { lengthOfMask, parsePrefix, type Prefix } from "../../engine/net/prefix.js";
import {
  assumedHost,
  FORWARDING_SYSCTLS,
  LOOPBACK,
  makeInterface,
  makeInterfaceAddress,
} from "./default-host.js";
import { defaultRoute, makeRoute, routesOfAddresses } from "./routes.js";
import {
  assumed,
  MAIN_TABLE,
  type HostState,
  type Interface,
  type Route,
  type Stated,
} from "./types.js";

/** The parts of a Kubernetes Node object that tell about its network. */
export interface NodeObject {
  readonly metadata?: { readonly name?: string | undefined } | undefined;
  readonly spec?:
    | { readonly podCIDR?: string | undefined; readonly podCIDRs?: readonly string[] | undefined }
    | undefined;
  readonly status?:
    | {
        readonly addresses?:
          | readonly { readonly type: string; readonly address: string }[]
          | undefined;
      }
    | undefined;
}

/** Lengths that a node's own subnet is taken to have, as its object does not tell. */
const SUBNET_LENGTH = { 4: 24, 6: 64 } as const;

/**
 * A node as its object and those of its fellows suggest it: `eth0` with its internal addresses,
 * `cni0` with the first address of its pods' range, routes to the other nodes' pods by those
 * nodes, everything else by `eth0`. All of it is assumed: how a cluster's network really lies,
 * only the node itself knows.
 */
export function hostOfNodes(nodes: readonly NodeObject[], name: string): Checked<HostState> {
  const node = nodes.find((candidate) => candidate.metadata?.name === name);
  const faults: Fault[] = [];
  if (node === undefined) {
    const known = nodes.map((candidate) => candidate.metadata?.name ?? "?").join(", ");
    const message = `no Node is called ${name}${known === "" ? "" : `; there are ${known}`}`;
    faults.push(warning("unknown-node", message, {}));
  }
  const interfaces = interfacesOf(node ?? {}, faults);
  const because = `made from the Node object ${name}; \`ip -j addr\` and \`ip -j route\` tell exactly`;
  const routes = [
    ...routesOfAddresses(interfaces, true),
    ...nodes.filter((other) => other !== node).flatMap(podRoutesBy),
    defaultRoute(4, "eth0"),
    defaultRoute(6, "eth0"),
  ];
  const host = assumedHost(interfaces, routes, { interfaces: because, routes: because });
  return { value: { ...host, name, sysctls: KUBERNETES_SYSCTLS }, faults };
}

const KUBERNETES_SYSCTLS: ReadonlyMap<string, Stated<number>> = new Map([
  ...FORWARDING_SYSCTLS,
  [
    "net.ipv4.conf.all.route_localnet",
    assumed(1, "kube-proxy sets it while it serves node ports on localhost"),
  ],
  [
    "net.bridge.bridge-nf-call-iptables",
    assumed(1, "Kubernetes asks for it, so that bridged pods meet the rules"),
  ],
]);

function interfacesOf(node: NodeObject, faults: Fault[]): readonly Interface[] {
  const own = internalAddresses(node, faults).map((address) =>
    makeInterfaceAddress(address, SUBNET_LENGTH[familyOf(address)]),
  );
  const gateways = podRanges(node, faults).map(({ address, mask }) =>
    makeInterfaceAddress(
      typeof address === "number" ? address + 1 : address + 1n,
      lengthOfMask(mask) ?? widthOf(familyOf(address)),
    ),
  );
  const eth0 = makeInterface({ name: "eth0", index: 2, mtu: 1500, addresses: own });
  if (gateways.length === 0) return [LOOPBACK, eth0];
  return [
    LOOPBACK,
    eth0,
    makeInterface({ name: "cni0", index: 3, mtu: 1500, addresses: gateways }),
  ];
}

function internalAddresses(node: NodeObject, faults: Fault[]): readonly Address[] {
  return (node.status?.addresses ?? [])
    .filter(({ type }) => type === "InternalIP")
    .flatMap(({ address: text }) => {
      const address = parseAddress(text);
      if (address !== undefined) return [address];
      faults.push(badField(node, "status.addresses", `"${text}" is no address`));
      return [];
    });
}

function podRanges(node: NodeObject, faults: Fault[]): readonly Prefix[] {
  const { podCIDR, podCIDRs } = node.spec ?? {};
  const texts = podCIDRs ?? (podCIDR === undefined ? [] : [podCIDR]);
  return texts.flatMap((text) => {
    const range = parsePrefix(text);
    if (range !== undefined) return [range];
    faults.push(badField(node, "spec.podCIDRs", `"${text}" is no address range`));
    return [];
  });
}

function badField(node: NodeObject, field: string, message: string): Fault {
  return warning("bad-field", message, { object: `Node ${node.metadata?.name ?? "?"}`, field });
}

/** Pods of another node are reached by that node's address of the same family. */
function podRoutesBy(node: NodeObject): readonly Route[] {
  const gateways = internalAddresses(node, []);
  return podRanges(node, []).flatMap((destination) => {
    const via = gateways.find((address) => familyOf(address) === familyOf(destination.address));
    return via === undefined
      ? []
      : [makeRoute({ table: MAIN_TABLE, type: "unicast", destination, device: "eth0", via })];
  });
}
