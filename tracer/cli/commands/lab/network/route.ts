import { protocolNumber } from "../../../../../engine/net/protocol.js";
import { formatAddress, parseAddressOf, type Address } from "../../../../../engine/net/ip.js";
import { parsePrefix, prefixContains } from "../../../../../engine/net/prefix.js";
import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import type { Machine } from "../../../../../engine/control-plane/kubelet/machines.js";
import { fraction, ONE, type Fraction } from "../../../../odds/fraction.js";
import { isUnknown } from "../../../../packet/field.js";
import { makePacket } from "../../../../packet/make.js";
import type { Packet } from "../../../../packet/types.js";
import type { Path } from "../../../../walk/result.js";
import { enumerate } from "../../../../walk/walk.js";
import type { Ask } from "./ask.js";
import type { Worlds } from "./worlds.js";

/** One node that a packet crossed, and how. */
export interface Hop {
  readonly node: string;
  readonly path: Path;
}

/** Where a packet stands after the last rules that it meets. */
export interface Arrival {
  /** Its exact chance. */
  readonly odds: Fraction;
  readonly hops: readonly Hop[];
  readonly where:
    /** At an address and port; who is there decides. `from` is whom they see. */
    | { readonly kind: "at"; readonly ip: string; readonly port: number; readonly from: string }
    /** Somebody said no: a rule that rejects, or no route. */
    | { readonly kind: "refused"; readonly why: string }
    | { readonly kind: "lost"; readonly why: string }
    | { readonly kind: "unknown"; readonly why: string };
}

/** No packet of a sound cluster crosses more nodes than this. */
const MOST_HOPS = 8;
/** A port such as clients pick (`ip_local_port_range`). */
const CLIENT_PORT = 40_000;

/** Follows a new connection's first packet over all nodes that it crosses, every way it may go. */
export function arrivalsOf(cluster: Cluster, worlds: Worlds, ask: Ask): readonly Arrival[] {
  const { source } = ask;
  if (source.kind === "pod" && (ask.ip.startsWith("127.") || ask.ip === source.ip)) {
    // Within one Pod, and so without a rule in between: its containers share address and loopback.
    const where = { kind: "at", ip: source.ip, port: ask.port, from: ask.ip } as const;
    return [{ odds: ONE, hops: [], where }];
  }
  const entry = entryOf(cluster, ask);
  if ("why" in entry) return [{ odds: ONE, hops: [], where: { kind: "lost", why: entry.why } }];
  return follow(cluster, worlds, entry.machine, entry.packet, { odds: ONE, hops: [] });
}

type Entry = { readonly machine: Machine; readonly packet: Packet } | { readonly why: string };

/** The first node that sees the packet, and the packet as it sees it. */
function entryOf(cluster: Cluster, ask: Ask): Entry {
  const { source } = ask;
  const at = cluster.machines.machineAt(ask.ip);
  const machine = source.kind === "outside" ? at : cluster.machines.get(source.node);
  if (machine === undefined) return { why: `nobody outside the nodes has the address ${ask.ip}` };
  if (!machine.powered) return { why: `${machine.name} is down` };
  // The cloud turns a node's outside address into its own before the node sees the packet.
  const destination = at?.externalAddress === ask.ip ? at.address : ask.ip;
  const packet = newPacket(ask, source.ip, destination);
  if (packet === undefined) return { why: `${destination} is no IPv4 address` };
  switch (source.kind) {
    case "pod":
      return { machine, packet: { ...packet, inInterface: "cni0" } };
    case "outside":
      return { machine, packet: { ...packet, inInterface: "eth0" } };
    case "node":
      return { machine, packet };
  }
}

function newPacket(ask: Ask, from: string, to: string): Packet | undefined {
  const [source, destination] = [parseAddressOf(4, from), parseAddressOf(4, to)];
  const protocol = protocolNumber(ask.protocol);
  if (source === undefined || destination === undefined || protocol === undefined) return undefined;
  return makePacket({
    protocol,
    source,
    destination,
    sourcePort: CLIENT_PORT,
    destinationPort: ask.port,
  });
}

interface Sofar {
  readonly odds: Fraction;
  readonly hops: readonly Hop[];
}

function follow(
  cluster: Cluster,
  worlds: Worlds,
  machine: Machine,
  packet: Packet,
  sofar: Sofar,
): readonly Arrival[] {
  const node = worlds.of(machine.name);
  const lost = (why: string): readonly Arrival[] => [{ ...sofar, where: { kind: "lost", why } }];
  if (node === undefined) return lost(`there is no node ${machine.name}`);
  if (!machine.powered) return lost(`${machine.name} is down`);
  if (sofar.hops.length >= MOST_HOPS) return lost("the packet goes in circles");
  return enumerate(node.world, node.memory, packet).flatMap(({ path, odds }) => {
    const after = {
      odds: times(sofar.odds, odds),
      hops: [...sofar.hops, { node: machine.name, path }],
    };
    return next(cluster, worlds, machine, path, after);
  });
}

function next(
  cluster: Cluster,
  worlds: Worlds,
  machine: Machine,
  path: Path,
  sofar: Sofar,
): readonly Arrival[] {
  const end = (where: Arrival["where"]): readonly Arrival[] => [{ ...sofar, where }];
  const because = `${machine.name}: ${path.because}`;
  switch (path.verdict) {
    case "dropped":
      return end({ kind: "lost", why: because });
    case "rejected":
    case "unrouted":
      return end({ kind: "refused", why: because });
    case "unknown":
      return end({ kind: "unknown", why: because });
    case "delivered":
      return end(standing(path.last));
    case "forwarded":
    case "sent": {
      const to = textOf(path.last.destination);
      const home = cluster.machines.ownerOf(to)?.machine ?? cluster.machines.machineAt(to);
      if (home === undefined) {
        return end({ kind: "lost", why: whyNobody(cluster, to, machine) });
      }
      if (home === machine) return end(standing(path.last));
      const arriving = { ...onTheWire(path.last), inInterface: "eth0" };
      return follow(cluster, worlds, home, arriving, sofar);
    }
  }
}

/** An address of Pods belongs to a node, even while no Pod has it. */
function whyNobody(cluster: Cluster, ip: string, sender: Machine): string {
  const address = parseAddressOf(4, ip);
  const home = cluster.api.cache.list("nodes").find(({ spec }) => {
    const range = parsePrefix(spec.podCIDR ?? "");
    return address !== undefined && range !== undefined && prefixContains(range, address);
  });
  if (home === undefined) {
    return `nobody has the address ${ip}, to which ${sender.name} sent the packet`;
  }
  const { name } = home.metadata;
  return cluster.machines.get(name)?.powered === true
    ? `no Pod of ${name} has the address ${ip} now`
    : `${name}, where ${ip} was, is down`;
}

/** What the next node sees: marks and the like stay behind. */
function onTheWire(packet: Packet): Packet {
  const { protocol, source, destination, sourcePort, destinationPort, tcpFlags } = packet;
  return makePacket({ protocol, source, destination, sourcePort, destinationPort, tcpFlags });
}

function standing({ source, destination, destinationPort }: Packet): Arrival["where"] {
  const port = destinationPort;
  if (port === undefined || isUnknown(port))
    return { kind: "unknown", why: "its port is not known" };
  return { kind: "at", ip: textOf(destination), port, from: textOf(source) };
}

function textOf(address: Address): string {
  return formatAddress(address);
}

function times(left: Fraction, right: Fraction): Fraction {
  return fraction(left.numerator * right.numerator, left.denominator * right.denominator);
}
