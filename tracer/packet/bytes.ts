import { ICMP, ICMPV6, TCP } from "../../engine/net/protocol.js";
import type { Address } from "../../engine/net/ip.js";
import { isUnknown, unknown, type Field, type Unknown } from "./field.js";
import { hasPorts } from "./protocols.js";
import type { Packet } from "./types.js";

export type Octet = number | Unknown;

const CHECKSUM = unknown("the checksum is not given");
const IDENTIFICATION = unknown("the IP identification is not given");
const SEQUENCE = unknown("the packet's sequence numbers are not given");

/** The IP header and the start of the transport header, octet by octet, as far as they are known. */
export function headerBytes(packet: Packet): readonly Octet[] {
  const ip = packet.family === 4 ? header4(packet) : header6(packet);
  if (
    packet.family === 6 &&
    (isUnknown(packet.extensionHeaders) || packet.extensionHeaders.length > 0)
  ) {
    return ip;
  }
  const further = packet.fragment !== undefined && packet.fragment.offset > 0;
  return further ? ip : [...ip, ...transport(packet)];
}

function header4(packet: Packet): readonly Octet[] {
  const { fragment, dontFragment } = packet;
  const flags = isUnknown(dontFragment)
    ? dontFragment
    : (dontFragment ? 0x4000 : 0) |
      (fragment?.more === true ? 0x2000 : 0) |
      ((fragment?.offset ?? 0) >> 3);
  return [
    0x45,
    packet.tos,
    ...word16(packet.length),
    IDENTIFICATION,
    IDENTIFICATION,
    ...word16(flags),
    packet.ttl,
    packet.protocol,
    CHECKSUM,
    CHECKSUM,
    ...octetsOf(packet.source),
    ...octetsOf(packet.destination),
  ];
}

function header6(packet: Packet): readonly Octet[] {
  const { tos, length } = packet;
  const label = unknown("the flow label is not given");
  return [
    isUnknown(tos) ? tos : 0x60 | (tos >> 4),
    label,
    label,
    label,
    ...word16(isUnknown(length) ? length : length - 40),
    packet.protocol,
    packet.ttl,
    ...octetsOf(packet.source),
    ...octetsOf(packet.destination),
  ];
}

function transport(packet: Packet): readonly Octet[] {
  const { protocol, icmpType = 0, icmpCode = 0, icmpId = 0, tcpFlags = 0 } = packet;
  if (protocol === ICMP || protocol === ICMPV6) {
    return [icmpType, icmpCode, CHECKSUM, CHECKSUM, ...word16(icmpId)];
  }
  if (!hasPorts(protocol)) return [];
  const ports = [...word16(packet.sourcePort ?? 0), ...word16(packet.destinationPort ?? 0)];
  if (protocol !== TCP) return ports;
  const numbers: readonly Octet[] = Array.from({ length: 8 }, () => SEQUENCE);
  return [...ports, ...numbers, unknown("the TCP header's length is not given"), tcpFlags];
}

function word16(value: Field<number>): readonly [Octet, Octet] {
  return isUnknown(value) ? [value, value] : [(value >> 8) & 255, value & 255];
}

function octetsOf(address: Address): readonly number[] {
  const width = typeof address === "number" ? 4 : 16;
  const value = BigInt(address);
  return Array.from({ length: width }, (_, at) =>
    Number((value >> BigInt((width - 1 - at) * 8)) & 255n),
  );
}
