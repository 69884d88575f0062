import type { Address, Family } from "../../engine/net/ip.js";
import type { Field, Unknown } from "./field.js";

/** Bits of the TCP header's flags octet (RFC 9293), as `Packet.tcpFlags` holds them. */
export const TCP_FLAG_BITS = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ECE: 64,
  CWR: 128,
} as const;

/** The account that made a packet on the node itself, as `-m owner` asks for it. */
export interface Sender {
  readonly uid: Field<number>;
  readonly gid: Field<number>;
  /** Supplementary groups; empty when there are none. */
  readonly groups: readonly number[] | Unknown;
}

/** The packet quoted in an ICMP error: whose connection the error is about. */
export interface Quoted {
  readonly protocol: number;
  readonly source: Address;
  readonly destination: Address;
  /** Ports; for a quoted ICMP message its id and `type * 256 + code`. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** An IPv4 fragment's place, or IPv6's fragment header. */
export interface Fragment {
  /** In octets from the start of the datagram; above 0: there is no transport header here. */
  readonly offset: number;
  /** More fragments follow. */
  readonly more: boolean;
  /** What all fragments of the datagram have in common; absent: not given. */
  readonly id?: number;
}

/** An option of a hop-by-hop or destination header: its type, and the octets of its data. */
export interface HeaderOption {
  readonly type: number;
  /** Without type and length; a single octet of padding (type 0) has none. */
  readonly length: number;
}

/** An IPv6 routing header (RFC 8200, section 4.4). */
export interface Routing {
  readonly type: number;
  readonly segmentsLeft: number;
  readonly addresses: readonly Address[];
}

/** An IPv6 extension header other than the fragment header. */
export interface ExtensionHeader {
  /** Its protocol number: 0 hop-by-hop, 43 routing, 51 authentication, 60 destination options. */
  readonly header: number;
  /** Octets of all of it. */
  readonly length: Field<number>;
  /** Of hop-by-hop and destination headers, in order, padding included. */
  readonly options?: readonly HeaderOption[];
  /** Of a routing header. */
  readonly routing?: Routing;
}

/**
 * One packet as the hooks see it, always of this shape. `undefined` means that this kind of packet
 * has no such thing (an ICMP message has no ports); `Unknown` that it has one which nobody told.
 */
export interface Packet {
  readonly family: Family;
  /** IP protocol number, 0 to 255; for IPv6 the transport header's. */
  readonly protocol: number;
  readonly source: Address;
  readonly destination: Address;
  /** 0 to 65535; TCP, UDP, UDP-Lite, SCTP and DCCP only. */
  readonly sourcePort: Field<number | undefined>;
  readonly destinationPort: Field<number | undefined>;
  /** Bits of `TCP_FLAG_BITS`. */
  readonly tcpFlags: Field<number | undefined>;
  /** Kinds of the TCP options that are there. */
  readonly tcpOptions: readonly number[] | Unknown | undefined;
  /** Value of the MSS option; `undefined` without one. */
  readonly tcpMss: Field<number | undefined>;
  readonly icmpType: Field<number | undefined>;
  readonly icmpCode: Field<number | undefined>;
  /** Echo's identifier. */
  readonly icmpId: Field<number | undefined>;
  /** ICMP errors only. */
  readonly quoted: Quoted | Unknown | undefined;
  /** Chunk types of an SCTP packet, in order. */
  readonly sctpChunks: readonly number[] | Unknown | undefined;
  /** SPI of an AH or ESP header, CPI of an IPComp header. */
  readonly spi: Field<number | undefined>;
  /** Type of a DCCP packet or of a Mobile IPv6 message. */
  readonly messageType: Field<number | undefined>;
  /** Octets from the start of the IP header to the end (IPv4 total length; IPv6 40 + payload). */
  readonly length: Field<number>;
  /** TTL or hop limit, 0 to 255. */
  readonly ttl: Field<number>;
  /** The whole TOS or traffic-class octet: DSCP in the upper six bits. */
  readonly tos: Field<number>;
  readonly dontFragment: Field<boolean>;
  /** `undefined`: a whole packet. */
  readonly fragment: Fragment | undefined;
  /** IPv6 extension headers before the transport header, in order; a fragment's is in `fragment`. */
  readonly extensionHeaders: readonly ExtensionHeader[] | Unknown;
  /** False when a checksum or a length in a header is wrong. */
  readonly wellFormed: boolean;
  /** The interface that it came in by; `undefined`: made by the node itself. */
  readonly inInterface: string | undefined;
  /** The bridge port that it came in by, where `inInterface` is a bridge. */
  readonly physicalIn: Field<string | undefined>;
  /** Source MAC as `aa:bb:cc:dd:ee:ff`; `undefined` when made by the node itself. */
  readonly sourceMac: Field<string | undefined>;
  /** VLAN id of the frame, when it is tagged. */
  readonly vlan: Field<number | undefined>;
  /** Made by the node itself: by whom; `undefined` for all other packets. */
  readonly sender: Sender | undefined;
  /** fwmark, 0 to 2^32-1. */
  readonly mark: number;
  /** `skb->priority`, as CLASSIFY sets it. */
  readonly priority: number;
}
