import { formatAddress, parseAddress, type Address } from "../../../engine/net/ip.js";
import {
  AH,
  DCCP,
  ESP,
  ICMP,
  ICMPV6,
  IPCOMP,
  MH,
  protocolName,
  SCTP,
  TCP,
  UDP,
} from "../../../engine/net/protocol.js";
import { hasPorts } from "../../../tracer/packet/protocols.js";
import { encodeHeader, type WireHeader } from "./wire-headers.js";

/** A packet to put on a wire, in the words of the trace command's packet lines. */
export interface WirePacket {
  readonly protocol: "tcp" | "udp" | "sctp" | "icmp" | "icmpv6" | number;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** TCP: from the side that was called, whose sequence numbers are others. */
  readonly called?: boolean;
  /** TCP flags, comma-separated; `syn` when not given, `none` for no flag. */
  readonly flags?: string;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly icmpId?: number;
  /** The packet that an ICMP error quotes. */
  readonly quoted?: WirePacket;
  readonly ttl?: number;
  readonly tos?: number;
  /** Bytes of payload. */
  readonly payload?: number;
  /** `offset` in octets; above 0 there is payload alone. */
  readonly fragment?: { readonly offset: number; readonly more: boolean; readonly id?: number };
  /** Sent as fragments of so many octets of the datagram each, a multiple of 8. */
  readonly pieces?: number;
  /** TCP: the MSS option. */
  readonly mss?: number;
  /** Of an ESP or AH header, or the CPI of an IPComp header. */
  readonly spi?: number;
  /** Of a DCCP packet or a Mobile IPv6 message. */
  readonly messageType?: number;
  /** IPv6 extension headers, in order. */
  readonly headers?: readonly WireHeader[];
}

/** A packet as it was seen. Ports are absent where the protocol has none. */
export interface SeenPacket {
  /** IPv4 identification, or IPv6 flow label: how a test knows its own packets again. */
  readonly identity: number;
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  readonly flags: string | undefined;
  readonly icmpType: number | undefined;
  readonly icmpCode: number | undefined;
  /** Of an echo or timestamp message. */
  readonly icmpId: number | undefined;
  readonly ttl: number;
  readonly tos: number;
}

const FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"] as const;
const SCTP_INIT = 1;

/** The IP packet as bytes, all checksums right. `identity` is 1 to 65535. */
export function encodePacket(packet: WirePacket, identity: number): Buffer {
  const source = addressOf(packet.source);
  const number = protocolNumberOf(packet.protocol);
  const body = datagram(packet, identity);
  return typeof source === "number"
    ? withIPv4Header(packet, body, number, identity)
    : withIPv6Header(packet, body, number, identity);
}

/** The datagram's fragments, where it is sent in pieces. */
export function encodePieces(packet: WirePacket, identity: number): readonly Buffer[] {
  const { pieces } = packet;
  if (pieces === undefined) return [encodePacket(packet, identity)];
  const number = protocolNumberOf(packet.protocol);
  const body = datagram(packet, identity);
  return Array.from({ length: Math.ceil(body.length / pieces) }, (_, at) => {
    const offset = at * pieces;
    const fragment = { offset, more: offset + pieces < body.length };
    const piece = { ...packet, fragment };
    const part = body.subarray(offset, offset + pieces);
    return familyOfPacket(packet) === 4
      ? withIPv4Header(piece, part, number, identity)
      : withIPv6Header(piece, part, number, identity);
  });
}

function familyOfPacket({ source }: WirePacket): 4 | 6 {
  return typeof addressOf(source) === "number" ? 4 : 6;
}

/** A fragment's checksum is that of a datagram which a payload of the usual size completes. */
function datagram(packet: WirePacket, identity: number): Buffer {
  const { fragment } = packet;
  if (fragment !== undefined && fragment.offset > 0) return payloadOf(packet);
  const number = protocolNumberOf(packet.protocol);
  const tail = fragment?.more === true ? Buffer.alloc(USUAL_PAYLOAD, "chainwalk") : Buffer.alloc(0);
  const body = bodyOf(packet, number, identity, tail.length);
  const whole = Buffer.concat([body, tail]);
  const [source, destination] = [addressOf(packet.source), addressOf(packet.destination)];
  closeChecksum(whole, number, pseudoHeader(source, destination, number, whole.length));
  return whole.subarray(0, body.length);
}

/** Place in units of 8 octets, and IPv4's "more fragments" bit at `more`. */
function placeOf({ fragment }: WirePacket, shift: number, more: number): number {
  return fragment === undefined
    ? 0
    : ((fragment.offset >> 3) << shift) | (fragment.more ? more : 0);
}

function withIPv4Header(packet: WirePacket, body: Buffer, number: number, id: number): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt8(0x45, 0);
  head.writeUInt8(packet.tos ?? 0, 1);
  head.writeUInt16BE(20 + body.length, 2);
  head.writeUInt16BE(id, 4);
  head.writeUInt16BE(placeOf(packet, 0, 0x2000), 6);
  head.writeUInt8(packet.ttl ?? 64, 8);
  head.writeUInt8(number, 9);
  bytesOf(addressOf(packet.source)).copy(head, 12);
  bytesOf(addressOf(packet.destination)).copy(head, 16);
  head.writeUInt16BE(checksum(head), 10);
  return Buffer.concat([head, body]);
}

const FRAGMENT_HEADER = 44;

function withIPv6Header(packet: WirePacket, rest: Buffer, transport: number, id: number): Buffer {
  const head = Buffer.alloc(40);
  const place = Buffer.alloc(packet.fragment === undefined ? 0 : 8);
  if (place.length > 0) {
    place.writeUInt8(transport, 0);
    place.writeUInt16BE(placeOf(packet, 3, 1), 2);
    place.writeUInt32BE(packet.fragment?.id ?? id, 4);
  }
  const { headers = [] } = packet;
  const last = place.length > 0 ? FRAGMENT_HEADER : transport;
  const numbers = [...headers.map(({ header }) => header), last];
  const chain = headers.map((header, at) => encodeHeader(header, numbers[at + 1] ?? last));
  const [number = last] = numbers;
  const body = Buffer.concat([...chain, place, rest]);
  head.writeUInt32BE(((6 << 28) | ((packet.tos ?? 0) << 20) | id) >>> 0, 0);
  head.writeUInt16BE(body.length, 4);
  head.writeUInt8(number, 6);
  head.writeUInt8(packet.ttl ?? 64, 7);
  bytesOf(addressOf(packet.source)).copy(head, 8);
  bytesOf(addressOf(packet.destination)).copy(head, 24);
  return Buffer.concat([head, body]);
}

const USUAL_PAYLOAD = 8;

function payloadOf({ payload = USUAL_PAYLOAD }: WirePacket): Buffer {
  return Buffer.alloc(payload, "chainwalk");
}

/** `further`: octets that later fragments bring. */
function bodyOf(packet: WirePacket, number: number, identity: number, further: number): Buffer {
  const payload = payloadOf(packet);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(packet.sourcePort ?? 0, 0);
  ports.writeUInt16BE(packet.destinationPort ?? 0, 2);
  switch (number) {
    case TCP:
      return Buffer.concat([ports, tcpRest(packet), mssOption(packet), payload]);
    case UDP: {
      const rest = Buffer.alloc(4);
      rest.writeUInt16BE(8 + payload.length + further, 0);
      return Buffer.concat([ports, rest, payload]);
    }
    case SCTP:
      return Buffer.concat([ports, sctpInit(identity)]);
    case ICMP:
    case ICMPV6:
      return icmpBody(packet, payload, identity);
    case ESP:
    case AH:
    case IPCOMP:
      return Buffer.concat([association(packet, number), payload]);
    case DCCP:
      return Buffer.concat([ports, dccpRest(packet), payload]);
    case MH:
      return Buffer.concat([mobility(packet), payload]);
    default:
      return payload;
  }
}

/** Sequence numbers that fit a SYN of the usual payload, its answer, and what follows. */
const CALLER = { first: 1000, next: 1009 } as const;
const CALLED = { first: 5000, next: 5009 } as const;

function tcpRest(packet: WirePacket): Buffer {
  const rest = Buffer.alloc(16);
  const flags = flagBits(packet.flags ?? "syn");
  const [own, others] = packet.called === true ? [CALLED, CALLER] : [CALLER, CALLED];
  rest.writeUInt32BE((flags & 2) === 0 ? own.next : own.first, 0);
  rest.writeUInt32BE((flags & 0x10) === 0 ? 0 : others.next, 4);
  rest.writeUInt8((packet.mss === undefined ? 5 : 6) << 4, 8);
  rest.writeUInt8(flags, 9);
  rest.writeUInt16BE(65535, 10);
  return rest;
}

function mssOption({ mss }: WirePacket): Buffer {
  return mss === undefined ? Buffer.alloc(0) : Buffer.from([2, 4, mss >> 8, mss & 255]);
}

/** The header of ESP, IPv4's AH, or IPComp, whose index has 16 bits. */
function association({ spi = 0 }: WirePacket, number: number): Buffer {
  const head = Buffer.alloc(number === AH ? 24 : 8);
  if (number === AH) head.writeUInt8(4, 1);
  if (number === IPCOMP) head.writeUInt16BE(spi, 2);
  else head.writeUInt32BE(spi, number === AH ? 4 : 0);
  return number === IPCOMP ? head.subarray(0, 4) : head;
}

/** With short sequence numbers (RFC 4340, section 5.1). */
function dccpRest({ messageType = 0 }: WirePacket): Buffer {
  return Buffer.from([3, 0, 0, 0, messageType << 1, 0, 0, 1]);
}

/** A message that nothing follows (RFC 6275, section 6.1.1). */
function mobility({ messageType = 0 }: WirePacket): Buffer {
  return Buffer.from([59, 1, messageType, 0, 0, 0, 0, 0]);
}

export function flagBits(flags: string): number {
  if (flags === "none") return 0;
  return flags.split(",").reduce((bits, flag) => {
    const at = FLAGS.findIndex((known) => known === flag);
    if (at < 0) throw new Error(`"${flag}" is no TCP flag`);
    return bits | (1 << at);
  }, 0);
}

function sctpInit(identity: number): Buffer {
  const rest = Buffer.alloc(8 + 20);
  rest.writeUInt8(SCTP_INIT, 8);
  rest.writeUInt16BE(20, 10);
  rest.writeUInt32BE(identity, 12);
  rest.writeUInt32BE(65536, 16);
  rest.writeUInt16BE(1, 20);
  rest.writeUInt16BE(1, 22);
  rest.writeUInt32BE(1, 24);
  return rest;
}

function icmpBody(packet: WirePacket, payload: Buffer, identity: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(packet.icmpType ?? 8, 0);
  head.writeUInt8(packet.icmpCode ?? 0, 1);
  if (packet.quoted !== undefined) {
    return Buffer.concat([head, encodePacket(packet.quoted, identity)]);
  }
  head.writeUInt16BE(packet.icmpId ?? 1, 4);
  head.writeUInt16BE(1, 6);
  return Buffer.concat([head, payload]);
}

const CHECKSUM_AT: ReadonlyMap<number, number> = new Map([
  [TCP, 16],
  [UDP, 6],
  [ICMP, 2],
  [ICMPV6, 2],
]);

function closeChecksum(body: Buffer, number: number, pseudo: Buffer): void {
  const at = CHECKSUM_AT.get(number);
  if (at !== undefined) {
    const sum = checksum(number === ICMP ? body : Buffer.concat([pseudo, body]));
    body.writeUInt16BE(sum === 0 && number === UDP ? 0xffff : sum, at);
  }
  if (number === SCTP) body.writeUInt32LE(crc32c(body), 8);
}

function pseudoHeader(
  source: Address,
  destination: Address,
  number: number,
  length: number,
): Buffer {
  const tail = Buffer.alloc(typeof source === "number" ? 4 : 8);
  tail.writeUInt8(number, tail.length === 4 ? 1 : 7);
  if (tail.length === 4) tail.writeUInt16BE(length, 2);
  else tail.writeUInt32BE(length, 0);
  return Buffer.concat([bytesOf(source), bytesOf(destination), tail]);
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += at + 1 < bytes.length ? bytes.readUInt16BE(at) : bytes.readUInt8(at) << 8;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** Castagnoli's CRC, as SCTP has it (RFC 9260, appendix A). */
function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : 0x82f63b78);
  }
  return ~crc >>> 0;
}

/** Reads a whole packet, or the leading bytes of one; `undefined` for anything but IP. */
export function decodePacket(bytes: Buffer): SeenPacket | undefined {
  if (bytes.length >= 20 && bytes.readUInt8(0) >> 4 === 4) {
    const header = (bytes.readUInt8(0) & 15) * 4;
    const further = (bytes.readUInt16BE(6) & 0x1fff) > 0;
    return {
      identity: bytes.readUInt16BE(4),
      source: formatAddress(bytes.readUInt32BE(12)),
      destination: formatAddress(bytes.readUInt32BE(16)),
      ttl: bytes.readUInt8(8),
      tos: bytes.readUInt8(1),
      ...transportOf(bytes.readUInt8(9), further ? NO_HEADER : bytes.subarray(header)),
    };
  }
  if (bytes.length >= 40 && bytes.readUInt8(0) >> 4 === 6) {
    return {
      identity: bytes.readUInt32BE(0) & 0xfffff,
      source: formatAddress(addressFrom(bytes.subarray(8, 24))),
      destination: formatAddress(addressFrom(bytes.subarray(24, 40))),
      ttl: bytes.readUInt8(7),
      tos: (bytes.readUInt16BE(0) >> 4) & 0xff,
      ...transportOf6(bytes.readUInt8(6), bytes.subarray(40)),
    };
  }
  return undefined;
}

const NO_HEADER = Buffer.alloc(0);

/** Hop-by-hop options, routing, authentication, destination options and a fragment's place stand before it. */
function transportOf6(next: number, body: Buffer): Transport {
  if (next === FRAGMENT_HEADER && body.length >= 8) {
    const further = body.readUInt16BE(2) >> 3 > 0;
    return transportOf(body.readUInt8(0), further ? NO_HEADER : body.subarray(8));
  }
  const skipped = next === 0 || next === 43 || next === 60 || next === AH;
  if (!skipped || body.length < 8) return transportOf(next, body);
  const length = next === AH ? (body.readUInt8(1) + 2) * 4 : (body.readUInt8(1) + 1) * 8;
  return transportOf6(body.readUInt8(0), body.subarray(length));
}

type Transport = Pick<
  SeenPacket,
  "protocol" | "sourcePort" | "destinationPort" | "flags" | "icmpType" | "icmpCode" | "icmpId"
>;

function transportOf(number: number, body: Buffer): Transport {
  const none = { sourcePort: undefined, destinationPort: undefined, flags: undefined };
  const protocol = seenName(number);
  const noMessage = { icmpType: undefined, icmpCode: undefined, icmpId: undefined };
  const plain = { protocol, ...none, ...noMessage };
  if ((number === ICMP || number === ICMPV6) && body.length >= 2) {
    const icmpId = body.length >= 6 ? body.readUInt16BE(4) : undefined;
    return { ...plain, icmpType: body.readUInt8(0), icmpCode: body.readUInt8(1), icmpId };
  }
  if (!hasPorts(number) || body.length < 4) return plain;
  const ports = { sourcePort: body.readUInt16BE(0), destinationPort: body.readUInt16BE(2) };
  if (number !== TCP || body.length < 14) return { ...plain, ...ports };
  const bits = body.readUInt8(13);
  const set = FLAGS.filter((_, at) => ((bits >> at) & 1) === 1);
  return { ...plain, ...ports, flags: set.length === 0 ? "none" : set.join(",") };
}

const PROTOCOLS = { tcp: TCP, udp: UDP, sctp: SCTP, icmp: ICMP, icmpv6: ICMPV6 } as const;

/** A protocol's name in a `SeenPacket`. */
export function seenName(number: number): string {
  return number === ICMPV6 ? "icmpv6" : protocolName(number);
}

export function protocolNumberOf(protocol: WirePacket["protocol"]): number {
  return typeof protocol === "number" ? protocol : PROTOCOLS[protocol];
}

function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`"${text}" is no address`);
  return address;
}

function bytesOf(address: Address): Buffer {
  const digits = typeof address === "number" ? 8 : 32;
  return Buffer.from(address.toString(16).padStart(digits, "0"), "hex");
}

function addressFrom(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}
