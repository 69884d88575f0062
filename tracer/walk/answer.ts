import { ICMP, ICMPV6 } from "../../engine/net/protocol.js";
import type { Address } from "../../engine/net/ip.js";
import { isUnknown, type Unknown } from "../packet/field.js";
import { makePacket } from "../packet/make.js";
import { TCP_FLAG_BITS, type Packet, type Quoted } from "../packet/types.js";
import { isMulticast, LIMITED_BROADCAST } from "./address-type.js";
import { lookUp } from "./fib.js";
import { isIcmpError } from "./icmp.js";
import { flowOf } from "./route.js";
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
  if (!mayBeAnswered(packet)) return { with: "nothing", packet: undefined };
  const answer = makePacket({
    protocol: packet.family === 4 ? ICMP : ICMPV6,
    source: answerSource(world, packet),
    destination: packet.source,
    icmpType: type,
    icmpCode: code,
    icmpId: undefined,
    quoted: quote(packet),
    mark: 0,
  });
  return { with: name, packet: answer };
}

/** A TCP reset in the name of the packet's receiver; never in answer to a reset. */
export function answerReset(packet: Packet): Answer {
  const flags = packet.tcpFlags;
  const reset = typeof flags === "number" && (flags & TCP_FLAG_BITS.RST) !== 0;
  if (reset || isMulticast(packet.destination)) return { with: "nothing", packet: undefined };
  const answer = makePacket({
    protocol: packet.protocol,
    source: packet.destination,
    destination: packet.source,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
    tcpFlags: TCP_FLAG_BITS.RST | TCP_FLAG_BITS.ACK,
    tcpOptions: [],
    tcpMss: undefined,
  });
  return { with: "tcp-reset", packet: answer };
}

function mayBeAnswered(packet: Packet): boolean {
  if (isIcmpError(packet) || packet.source === 0 || packet.source === 0n) return false;
  if (packet.fragment !== undefined && packet.fragment.offset > 0) return false;
  return !isMulticast(packet.destination) && packet.destination !== LIMITED_BROADCAST;
}

function quote(packet: Packet): Quoted | Unknown {
  const { protocol, source, destination, sourcePort, destinationPort } = tupleOf(packet);
  if (isUnknown(sourcePort)) return sourcePort;
  if (isUnknown(destinationPort)) return destinationPort;
  return { protocol, source, destination, sourcePort, destinationPort };
}

/** The packet's own destination where that is an address of the node, else the one that fits the way back. */
function answerSource(world: World, packet: Packet): Address {
  const { host } = world;
  const here = lookUp(host, flowOf(packet, "lo", undefined));
  if (here.kind === "route" && here.route.type === "local") return packet.destination;
  const towards = { ...flowOf(packet, "lo", undefined), destination: packet.source };
  const back = lookUp(host, towards);
  if (back.kind !== "route") return packet.destination;
  if (back.route.preferredSource !== undefined) return back.route.preferredSource;
  const device = back.route.hops[0]?.device;
  const known = host.interfaces.value.find(({ name }) => name === device);
  const fitting = known?.addresses.find(
    ({ address, scope }) => typeof address === typeof packet.source && scope !== "host",
  );
  return fitting?.address ?? packet.destination;
}
