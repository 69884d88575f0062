import { parseAddress, type Address } from "../../../engine/net/ip.js";
import { DCCP, ICMP, ICMPV6, MH, SCTP, TCP } from "../../../engine/net/protocol.js";
import { makePacket } from "../../../tracer/packet/make.js";
import { hasPorts } from "../../../tracer/packet/protocols.js";
import type { Packet, Quoted } from "../../../tracer/packet/types.js";
import { encodePieces, flagBits, protocolNumberOf, type WirePacket } from "./wire-format.js";
import { walkedHeader } from "./wire-headers.js";

/** The TCP option of the maximum segment size. */
const MSS = 2;

/** The packet as a walk takes it, nothing of it unknown, since all of its octets are. */
export function fromWire(
  packet: WirePacket,
  inInterface: string | undefined,
  sourceMac: string | undefined,
): Packet {
  const protocol = protocolNumberOf(packet.protocol);
  const isIcmp = protocol === ICMP || protocol === ICMPV6;
  const further = packet.fragment !== undefined && packet.fragment.offset > 0;
  const ports = hasPorts(protocol) && !further;
  return makePacket({
    protocol,
    source: addressOf(packet.source),
    destination: addressOf(packet.destination),
    sourcePort: ports ? (packet.sourcePort ?? 0) : undefined,
    destinationPort: ports ? (packet.destinationPort ?? 0) : undefined,
    tcpFlags: protocol === TCP ? flagBits(packet.flags ?? "syn") : undefined,
    tcpOptions: protocol === TCP ? (packet.mss === undefined ? [] : [MSS]) : undefined,
    tcpMss: packet.mss,
    icmpType: isIcmp ? (packet.icmpType ?? 8) : undefined,
    icmpCode: isIcmp ? (packet.icmpCode ?? 0) : undefined,
    icmpId: isIcmp && packet.quoted === undefined ? (packet.icmpId ?? 1) : undefined,
    quoted: packet.quoted === undefined ? undefined : quotedOf(packet.quoted),
    sctpChunks: protocol === SCTP ? [1] : undefined,
    spi: packet.spi ?? packet.headers?.find(({ spi }) => spi !== undefined)?.spi,
    messageType: protocol === DCCP || protocol === MH ? (packet.messageType ?? 0) : undefined,
    length: encodePieces(packet, 1)[0]?.length ?? 0,
    ttl: packet.ttl ?? 64,
    tos: packet.tos ?? 0,
    dontFragment: false,
    fragment: packet.pieces === undefined ? packet.fragment : { offset: 0, more: true },
    extensionHeaders: (packet.headers ?? []).map(walkedHeader),
    inInterface,
    physicalIn: undefined,
    sourceMac,
    vlan: undefined,
    sender: inInterface === undefined ? { uid: 0, gid: 0, groups: [0] } : undefined,
  });
}

function quotedOf(packet: WirePacket): Quoted {
  const { protocol, source, destination, sourcePort, destinationPort, icmpId, icmpType, icmpCode } =
    {
      ...packet,
      protocol: protocolNumberOf(packet.protocol),
    };
  const isIcmp = protocol === ICMP || protocol === ICMPV6;
  return {
    protocol,
    source: addressOf(source),
    destination: addressOf(destination),
    sourcePort: isIcmp ? (icmpId ?? 1) : (sourcePort ?? 0),
    destinationPort: isIcmp ? (icmpType ?? 8) * 256 + (icmpCode ?? 0) : (destinationPort ?? 0),
  };
}

function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`"${text}" is no address`);
  return address;
}
