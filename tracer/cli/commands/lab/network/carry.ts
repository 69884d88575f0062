import { formatAddress, parseAddress, type Address } from "../../../../../engine/net/ip.js";
import { parsePrefix, prefixContains } from "../../../../../engine/net/prefix.js";
import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import type { Machine } from "../../../../../engine/control-plane/kubelet/machines.js";
import { fraction, ONE, type Fraction } from "../../../../odds/fraction.js";
import { isUnknown } from "../../../../packet/field.js";
import { makePacket } from "../../../../packet/make.js";
import type { Packet } from "../../../../packet/types.js";
import type { Memory } from "../../../../walk/memory.js";
import type { Path } from "../../../../walk/result.js";
import { enumerate, type Outcome } from "../../../../walk/walk.js";
import type { Worlds } from "./worlds.js";

/** One node that a packet crossed, and how. */
export interface Hop {
  readonly node: string;
  readonly path: Path;
  /** It was the answer that crossed it, on the way back. */
  readonly back: boolean;
}

/** How far a packet has come. */
export interface Sofar {
  /** Its exact chance. */
  readonly odds: Fraction;
  readonly hops: readonly Hop[];
  /** What it has left behind in the kernels that it crossed, by node. */
  readonly memories: ReadonlyMap<string, Memory>;
}

export const START: Sofar = { odds: ONE, hops: [], memories: new Map() };

/** Where a packet stands after the last rules that it meets. */
export type Where =
  /** At an address and port; who is there decides. */
  | {
      readonly kind: "at";
      readonly ip: string;
      readonly port: number;
      /** Whom the one there sees, and at which port; the port may not be known. */
      readonly from: string;
      readonly fromPort: number | undefined;
    }
  /** A node stopped it, and tells the sender if it has an answer. */
  | {
      readonly kind: "stopped";
      readonly why: string;
      readonly node: string;
      readonly outcome: Outcome;
    }
  | { readonly kind: "lost"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

/** A packet that has gone all its way. */
export interface Journey extends Sofar {
  readonly where: Where;
}

/** Everything that packets travel through. */
export interface Network {
  readonly cluster: Cluster;
  readonly worlds: Worlds;
  /** An address that somebody outside the cluster has. */
  readonly outside: string | undefined;
  /** Whether it is answers that travel. */
  readonly back: boolean;
}

/** No packet of a sound cluster crosses more nodes than this. */
const MOST_HOPS = 8;

/** Carries a packet through a node and all that come after it, every way that it may go. */
export function carry(
  network: Network,
  machine: Machine,
  packet: Packet,
  sofar: Sofar,
): readonly Journey[] {
  const lost = (why: string): readonly Journey[] => [{ ...sofar, where: { kind: "lost", why } }];
  const node = network.worlds.of(machine.name, packet.family);
  if (node === undefined) return lost(`there is no node ${machine.name}`);
  if (!machine.powered) return lost(`${machine.name} is down`);
  if (sofar.hops.length >= 2 * MOST_HOPS) return lost("the packet goes in circles");
  const memory = sofar.memories.get(machine.name) ?? node.memory;
  return onwards(network, machine, enumerate(node.world, memory, packet), sofar);
}

/** Goes on from what became of a packet on a node. */
export function onwards(
  network: Network,
  machine: Machine,
  outcomes: readonly Outcome[],
  sofar: Sofar,
): readonly Journey[] {
  return outcomes.flatMap((outcome) => {
    const { path, odds, memory } = outcome;
    const after: Sofar = {
      odds: times(sofar.odds, odds),
      hops: [...sofar.hops, { node: machine.name, path, back: network.back }],
      memories: new Map(sofar.memories).set(machine.name, memory),
    };
    return next(network, machine, outcome, after);
  });
}

function next(
  network: Network,
  machine: Machine,
  outcome: Outcome,
  sofar: Sofar,
): readonly Journey[] {
  const { path } = outcome;
  const end = (where: Where): readonly Journey[] => [{ ...sofar, where }];
  const why = `${machine.name}: ${path.because}`;
  switch (path.verdict) {
    case "dropped":
      return path.answer === undefined
        ? end({ kind: "lost", why })
        : end({ kind: "stopped", why, node: machine.name, outcome });
    case "rejected":
    case "unrouted":
      return end({ kind: "stopped", why, node: machine.name, outcome });
    case "unknown":
      return end({ kind: "unknown", why });
    case "delivered":
      return end(standing(path.last));
    case "forwarded":
    case "sent":
      return leaving(network, machine, path.last, sofar);
  }
}

function leaving(
  network: Network,
  machine: Machine,
  packet: Packet,
  sofar: Sofar,
): readonly Journey[] {
  const { cluster, outside } = network;
  const to = formatAddress(packet.destination);
  if (to === outside) return [{ ...sofar, where: standing(packet) }];
  const home = cluster.machines.ownerOf(to)?.machine ?? cluster.machines.machineAt(to);
  if (home === undefined) {
    return [{ ...sofar, where: { kind: "lost", why: whyNobody(cluster, to, machine) } }];
  }
  if (home === machine) return [{ ...sofar, where: standing(packet) }];
  return carry(network, home, { ...onTheWire(packet), inInterface: "eth0" }, sofar);
}

/** An address of Pods belongs to a node, even while no Pod has it. */
function whyNobody(cluster: Cluster, ip: string, sender: Machine): string {
  const home = cluster.api.cache
    .list("nodes")
    .find(({ spec }) => (spec.podCIDRs ?? []).some((range) => covers(range, ip)));
  if (home === undefined) {
    return `nobody has the address ${ip}, to which ${sender.name} sent the packet`;
  }
  const { name } = home.metadata;
  return cluster.machines.get(name)?.powered === true
    ? `no Pod of ${name} has the address ${ip} now`
    : `${name}, where ${ip} was, is down`;
}

function covers(range: string, ip: string): boolean {
  const [prefix, address] = [parsePrefix(range), parseAddress(ip)];
  return prefix !== undefined && address !== undefined && prefixContains(prefix, address);
}

/** What the next node sees: marks and the like stay behind. */
function onTheWire(packet: Packet): Packet {
  const { protocol, source, destination, sourcePort, destinationPort, tcpFlags } = packet;
  const { icmpType, icmpCode, icmpId, quoted } = packet;
  const icmp = icmpType === undefined ? {} : { icmpType, icmpCode, icmpId, quoted };
  return makePacket({
    protocol,
    source,
    destination,
    sourcePort,
    destinationPort,
    tcpFlags,
    ...icmp,
  });
}

function standing({ source, destination, sourcePort, destinationPort, quoted }: Packet): Where {
  const [ip, from] = [textOf(destination), textOf(source)];
  // What tells of another packet has no ports of its own.
  if (quoted !== undefined) return { kind: "at", ip, port: 0, from, fromPort: undefined };
  if (destinationPort === undefined || isUnknown(destinationPort)) {
    return { kind: "unknown", why: "its port is not known" };
  }
  const fromPort = isUnknown(sourcePort) ? undefined : sourcePort;
  return { kind: "at", ip, port: destinationPort, from, fromPort };
}

function textOf(address: Address): string {
  return formatAddress(address);
}

function times(left: Fraction, right: Fraction): Fraction {
  return fraction(left.numerator * right.numerator, left.denominator * right.denominator);
}
