import { ICMP, ICMPV6 } from "../../engine/net/protocol.js";
import type { Address } from "../../engine/net/ip.js";
import { isUnknown, type Unknown } from "../packet/field.js";
import { makePacket } from "../packet/make.js";
import { TCP_FLAG_BITS, type Packet, type Quoted } from "../packet/types.js";
import {
  addressType4,
  interfaceNamed,
  isLinkLocal6,
  isLoopback,
  isMulticast,
} from "./address-type.js";
import { lookUp } from "./fib.js";
import { isIcmpError } from "./icmp.js";
import { flowOf } from "./route.js";
import { sourceFor4 } from "./source4.js";
import { sourceFor6 } from "./source6.js";
import { tupleOf } from "./tuple.js";
import type { World } from "./world.js";

/** What the node sends back, and what to call it; no packet where the rules of ICMP forbid one. */
export interface Answer {
  readonly with: string;
  readonly packet: Packet | undefined;
}

/** Names of the errors that the node itself makes, as REJECT spells them where it knows them. */
const NAMES_4: Readonly<Record<string, string>> = {
  "3/0": "icmp-net-unreachable",
  "3/1": "icmp-host-unreachable",
  "3/2": "icmp-proto-unreachable",
  "3/3": "icmp-port-unreachable",
  "3/4": "icmp-fragmentation-needed",
  "3/9": "icmp-net-prohibited",
  "3/10": "icmp-host-prohibited",
  "3/13": "icmp-admin-prohibited",
  "11/0": "icmp-time-exceeded",
};
const NAMES_6: Readonly<Record<string, string>> = {
  "1/0": "icmp6-no-route",
  "1/1": "icmp6-adm-prohibited",
  "1/2": "icmp6-not-neighbour",
  "1/3": "icmp6-addr-unreachable",
  "1/4": "icmp6-port-unreachable",
  "1/5": "icmp6-policy-fail",
  "1/6": "icmp6-reject-route",
  "2/0": "icmp6-packet-too-big",
  "3/0": "icmp6-time-exceeded",
};

/** An ICMP error about the packet (`icmp.c: __icmp_send`); none about an error or a broadcast. */
export function answerIcmp(world: World, packet: Packet, type: number, code: number): Answer {
  const names = packet.family === 4 ? NAMES_4 : NAMES_6;
  const name = names[`${type}/${code}`] ?? `icmp ${type}/${code}`;
  if (!mayBeAnswered(world, packet)) return { with: "nothing", packet: undefined };
  const answer = makePacket({
    protocol: packet.family === 4 ? ICMP : ICMPV6,
    source: answerSource(world, packet),
    destination: packet.source,
    icmpType: type,
    icmpCode: code,
    icmpId: undefined,
    quoted: quote(packet),
    tos: errorTos(packet),
    length: errorLength(packet),
    dontFragment: false,
    sender: undefined,
  });
  return { with: name, packet: answer };
}

/**
 * A TCP reset in the name of the packet's receiver, never in answer to a reset. It acknowledges what
 * acknowledged nothing (`nf_reject_ip_tcphdr_put`).
 */
export function answerReset(world: World, packet: Packet): Answer {
  const { RST, ACK } = TCP_FLAG_BITS;
  const flags = packet.tcpFlags;
  const reset = typeof flags === "number" && (flags & RST) !== 0;
  const acknowledged = typeof flags === "number" && (flags & ACK) !== 0;
  if (reset || isForMany(world, packet)) return { with: "nothing", packet: undefined };
  const answer = makePacket({
    protocol: packet.protocol,
    source: packet.destination,
    destination: packet.source,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
    tcpFlags: acknowledged ? RST : RST | ACK,
    tcpOptions: [],
    tcpMss: undefined,
    length: packet.family === 4 ? 40 : 60,
    sender: undefined,
  });
  return { with: "tcp-reset", packet: answer };
}

/** IPv4 errors are "internetwork control" (`icmp.c: __icmp_send`); those of IPv6 have no class. */
function errorTos({ family, tos }: Packet): Packet["tos"] {
  if (family === 6) return 0;
  return isUnknown(tos) ? tos : (tos & 0x1e) | 0xc0;
}

/** As much of the packet is quoted as fits what every link carries (RFC 1812, RFC 4443). */
function errorLength({ family, length }: Packet): Packet["length"] {
  if (isUnknown(length)) return length;
  return family === 4 ? Math.min(28 + length, 576) : Math.min(48 + length, 1280);
}

function mayBeAnswered(world: World, packet: Packet): boolean {
  if (isUnanswerable(packet) || packet.source === 0 || packet.source === 0n) return false;
  if (packet.fragment !== undefined && packet.fragment.offset > 0) return false;
  return !isForMany(world, packet) && !isFromMany(world, packet);
}

/** IPv6 tells no anycast or multicast address of an error (`icmpv6_route_lookup`). */
function isFromMany({ host }: World, packet: Packet): boolean {
  const { family, source } = packet;
  if (family === 4) return false;
  const back = lookUp(host, { ...flowOf(packet, "lo", undefined), destination: source, mark: 0 });
  return isMulticast(source) || (back.kind === "route" && back.route.type === "anycast");
}

/** ICMP messages that ask nothing, and those that nobody knows (`icmp.c: icmp_pointers`). */
const ASK_NOTHING_4: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12]);
const LAST_KNOWN_4 = 18;
const REDIRECT_6 = 137;

function isUnanswerable(packet: Packet): boolean {
  const { protocol, icmpType } = packet;
  if (typeof icmpType !== "number") return false;
  if (protocol === ICMPV6) return isIcmpError(packet) || icmpType === REDIRECT_6;
  return protocol === ICMP && (ASK_NOTHING_4.has(icmpType) || icmpType > LAST_KNOWN_4);
}

function isForMany({ host }: World, { destination }: Packet): boolean {
  if (typeof destination === "bigint") return isMulticast(destination);
  const type = addressType4(host, destination, undefined);
  return type === "BROADCAST" || type === "MULTICAST";
}

function quote(packet: Packet): Quoted | Unknown {
  const { protocol, source, destination, sourcePort, destinationPort } = tupleOf(packet);
  if (isUnknown(sourcePort)) return sourcePort;
  if (isUnknown(destinationPort)) return destinationPort;
  return { protocol, source, destination, sourcePort, destinationPort };
}

/**
 * The packet's own destination where that is an address of the node. Else IPv4 takes what fits the
 * way back, IPv6 what the incoming device has towards the sender, unless the route names a source
 * (`icmp.c: __icmp_send`, `net/ipv6/icmp.c: icmp6_send`).
 */
function answerSource(world: World, packet: Packet): Address {
  const { host } = world;
  if (isHere(world, packet)) return packet.destination;
  const towards = { ...flowOf(packet, "lo", undefined), destination: packet.source, mark: 0 };
  const back = lookUp(host, towards);
  if (back.kind !== "route") return packet.destination;
  if (back.route.preferredSource !== undefined) return back.route.preferredSource;
  const [hop] = back.route.hops;
  const chosen =
    packet.family === 4
      ? sourceFor4(host, hop?.device, hop?.via ?? packet.source)
      : sourceFor6(host, packet.inInterface ?? hop?.device, packet.source);
  return chosen ?? packet.destination;
}

/** IPv6 takes addresses of lo and of one link for those of their own device alone. */
function isHere({ host }: World, packet: Packet): boolean {
  const { destination, inInterface = "lo" } = packet;
  if (packet.family === 6 && (isLoopback(destination) || isLinkLocal6(destination))) {
    const own = interfaceNamed(host, inInterface)?.addresses ?? [];
    return own.some(({ address }) => address === destination);
  }
  const here = lookUp(host, flowOf(packet, "lo", undefined));
  if (here.kind !== "route") return false;
  return here.route.type === "local" || here.route.type === "anycast";
}
