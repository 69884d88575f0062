import { protocolNumber } from "../../../../../engine/net/protocol.js";
import { familyOf, parseAddress } from "../../../../../engine/net/ip.js";
import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import type { Machine } from "../../../../../engine/control-plane/kubelet/machines.js";
import { familyOfIp, ipOfFamily } from "../../../../../engine/control-plane/networks.js";
import { isNodeReady } from "../../../../../engine/control-plane/kubelet/registration.js";
import { fraction } from "../../../../odds/fraction.js";
import { makePacket } from "../../../../packet/make.js";
import type { Packet } from "../../../../packet/types.js";
import type { Ask } from "./ask.js";
import { START, carry, type Journey, type Network } from "./carry.js";
import type { Worlds } from "./worlds.js";

/** A port such as clients pick (`ip_local_port_range`). */
export const CLIENT_PORT = 40_000;

/** Follows a new connection's first packet over all nodes that it crosses, every way it may go. */
export function arrivalsOf(cluster: Cluster, worlds: Worlds, ask: Ask): readonly Journey[] {
  const { source } = ask;
  const network: Network = { cluster, worlds, outside: undefined, back: false };
  if (source.kind === "pod" && (isLoopback(ask.ip) || source.ips.includes(ask.ip))) {
    // Within one Pod, and so without a rule in between: its containers share address and loopback.
    const { port } = ask;
    const at = { kind: "at", ip: ask.from, port, from: ask.ip, fromPort: CLIENT_PORT } as const;
    return [{ ...START, where: at }];
  }
  const entries = entriesOf(cluster, ask);
  if ("why" in entries) return [{ ...START, where: { kind: "lost", why: entries.why } }];
  const odds = fraction(1n, BigInt(entries.length));
  return entries.flatMap(({ machine, packet }) =>
    carry(network, machine, packet, { ...START, odds }),
  );
}

function isLoopback(ip: string): boolean {
  return ip === "::1" || ip.startsWith("127.");
}

interface Entry {
  readonly machine: Machine;
  /** The packet as it sees it. */
  readonly packet: Packet;
}

/** The nodes that may see the packet first, one as likely as another. */
function entriesOf(cluster: Cluster, ask: Ask): readonly Entry[] | { readonly why: string } {
  const { source } = ask;
  const at = cluster.machines.machineAt(ask.ip);
  const destination = insideAddress(cluster, ask.ip);
  const packet = newPacket(ask, destination);
  if (packet === undefined) return { why: `${ask.from} cannot reach ${destination}` };
  if (source.kind === "outside") {
    const machines = at === undefined ? balancedTo(cluster, ask.ip) : [at];
    if ("why" in machines) return machines;
    return machines.map((machine) => ({ machine, packet: { ...packet, inInterface: "eth0" } }));
  }
  const machine = cluster.machines.get(source.node);
  if (machine?.powered !== true) return { why: `${source.node} is down` };
  const inInterface = source.kind === "pod" ? { inInterface: "cni0" } : {};
  return [{ machine, packet: { ...packet, ...inInterface } }];
}

/** The cloud turns a node's outside address into its own before the node sees the packet. */
export function insideAddress(cluster: Cluster, ip: string): string {
  const at = cluster.machines.machineAt(ip);
  if (at?.externalAddress !== ip) return ip;
  const family = familyOfIp(ip);
  return (family === undefined ? undefined : ipOfFamily(at.addresses, family)) ?? ip;
}

/** Nodes that the cloud's load balancer takes for healthy, and passes new connections on to. */
function balancedTo(cluster: Cluster, ip: string): readonly Machine[] | { readonly why: string } {
  const { cache } = cluster.api;
  const service = cache
    .list("services")
    .find(({ status }) => (status?.loadBalancer?.ingress ?? []).some((one) => one.ip === ip));
  if (service === undefined) return { why: `nobody outside has the address ${ip}` };
  const { namespace, name } = service.metadata;
  const holders = new Set(
    cache
      .withLabel("endpointslices", namespace, "kubernetes.io/service-name", name)
      .flatMap((slice) => slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready === true)
      .map(({ nodeName }) => nodeName),
  );
  const local = service.spec.externalTrafficPolicy === "Local";
  const healthy = cache
    .list("nodes")
    .filter((node) => isNodeReady(node) && (!local || holders.has(node.metadata.name)))
    .map((node) => cluster.machines.get(node.metadata.name))
    .filter((machine) => machine !== undefined);
  return healthy.length > 0
    ? healthy
    : { why: `the load balancer of ${name} takes no node for healthy` };
}

function newPacket(ask: Ask, to: string): Packet | undefined {
  const [source, destination] = [parseAddress(ask.from), parseAddress(to)];
  const protocol = protocolNumber(ask.protocol);
  if (source === undefined || destination === undefined || protocol === undefined) return undefined;
  if (familyOf(source) !== familyOf(destination)) return undefined;
  return makePacket({
    protocol,
    source,
    destination,
    sourcePort: CLIENT_PORT,
    destinationPort: ask.port,
  });
}
