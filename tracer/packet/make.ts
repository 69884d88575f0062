import { familyOf } from "../../engine/net/ip.js";
import { AH, DCCP, ESP, ICMP, ICMPV6, IPCOMP, MH, SCTP, TCP } from "../../engine/net/protocol.js";
import { hasPorts } from "./protocols.js";
import { unknown } from "./field.js";
import { TCP_FLAG_BITS, type Packet } from "./types.js";

/** What is known of a packet; `protocol` is a number from 1 to 255, as 6 is TCP. */
export type PacketParts = Partial<Packet> & Pick<Packet, "protocol" | "source" | "destination">;

/** Protocols whose headers hold an index of a security or compression association. */
const SECURED: ReadonlySet<number> = new Set([ESP, AH, IPCOMP]);

/** What a sender sets when nobody says otherwise (Linux: `ip_default_ttl`). */
const DEFAULT_TTL = 64;

/**
 * A whole packet from the parts that are known: TCP is a SYN, ICMP an echo request, the rest plain.
 * What has no usual value stays unknown.
 */
export function makePacket(parts: PacketParts): Packet {
  const { protocol, source } = parts;
  const local = parts.inInterface === undefined;
  const further = parts.fragment !== undefined && parts.fragment.offset > 0;
  const icmp = (protocol === ICMP || protocol === ICMPV6) && !further;
  const tcp = protocol === TCP && !further;
  const ports =
    hasPorts(protocol) && !further ? unknown("the packet's port is not given") : undefined;
  return {
    family: familyOf(source),
    sourcePort: ports,
    destinationPort: ports,
    tcpFlags: tcp ? TCP_FLAG_BITS.SYN : undefined,
    tcpOptions: tcp ? unknown("the packet's TCP options are not given") : undefined,
    tcpMss: tcp ? unknown("the packet's MSS option is not given") : undefined,
    icmpType: icmp ? (protocol === ICMP ? 8 : 128) : undefined,
    icmpCode: icmp ? 0 : undefined,
    icmpId: icmp ? unknown("the ICMP id is not given") : undefined,
    quoted: undefined,
    sctpChunks: protocol === SCTP ? [1] : undefined,
    spi: SECURED.has(protocol) ? unknown("the packet's SPI is not given") : undefined,
    messageType:
      protocol === DCCP || protocol === MH
        ? unknown("the type of the packet's message is not given")
        : undefined,
    length: unknown("the packet's length is not given"),
    ttl: DEFAULT_TTL,
    tos: 0,
    dontFragment: true,
    fragment: undefined,
    extensionHeaders: [],
    wellFormed: true,
    inInterface: undefined,
    physicalIn: undefined,
    sourceMac: local ? undefined : unknown("the sender's MAC address is not given"),
    vlan: undefined,
    sender: local ? unknownSender() : undefined,
    mark: 0,
    priority: 0,
    ...parts,
  };
}

function unknownSender(): NonNullable<Packet["sender"]> {
  const nobody = unknown("the sending user is not given");
  return { uid: nobody, gid: nobody, groups: nobody };
}
