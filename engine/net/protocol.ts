import { parseCNumber } from "./numeric.js";

/**
 * Protocol names: those that iptables 1.8.9 knows by itself (`xtables_chain_protos`), then those of
 * Debian's `/etc/protocols` (package netbase). The first name of a number is the one a save prints.
 */
const PROTOCOLS: readonly (readonly [name: string, number: number])[] = [
  ["tcp", 6],
  ["sctp", 132],
  ["udp", 17],
  ["udplite", 136],
  ["icmp", 1],
  ["ipv6-icmp", 58],
  ["icmpv6", 58],
  ["esp", 50],
  ["ah", 51],
  ["mobility-header", 135],
  ["ipv6-mh", 135],
  ["mh", 135],
  ["all", 0],
  ["ip", 0],
  ["hopopt", 0],
  ["igmp", 2],
  ["ggp", 3],
  ["ipencap", 4],
  // Other distributions' name for 4; their saves print it.
  ["ipv4", 4],
  ["st", 5],
  ["egp", 8],
  ["igp", 9],
  ["pup", 12],
  ["hmp", 20],
  ["xns-idp", 22],
  ["rdp", 27],
  ["iso-tp4", 29],
  ["dccp", 33],
  ["xtp", 36],
  ["ddp", 37],
  ["idpr-cmtp", 38],
  ["ipv6", 41],
  ["ipv6-route", 43],
  ["ipv6-frag", 44],
  ["idrp", 45],
  ["rsvp", 46],
  ["gre", 47],
  ["skip", 57],
  ["ipv6-nonxt", 59],
  ["ipv6-opts", 60],
  ["rspf", 73],
  ["vmtp", 81],
  ["eigrp", 88],
  ["ospf", 89],
  ["ax.25", 93],
  ["ipip", 94],
  ["etherip", 97],
  ["encap", 98],
  ["pim", 103],
  ["ipcomp", 108],
  ["vrrp", 112],
  ["l2tp", 115],
  ["isis", 124],
  ["fc", 133],
  ["mpls-in-ip", 137],
  ["manet", 138],
  ["hip", 139],
  ["shim6", 140],
  ["wesp", 141],
  ["rohc", 142],
  ["ethernet", 143],
];

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const DCCP = 33;
export const ESP = 50;
export const AH = 51;
export const ICMPV6 = 58;
export const IPCOMP = 108;
export const SCTP = 132;
/** Mobile IPv6. */
export const MH = 135;
export const UDPLITE = 136;

const BY_NAME: ReadonlyMap<string, number> = new Map(PROTOCOLS);
const BY_NUMBER: ReadonlyMap<number, string> = new Map(
  PROTOCOLS.toReversed().map(([name, number]) => [number, name]),
);

/** 0 to 255, by name in any case, or by number (decimal, `0x` hex or `0` octal). */
export function protocolNumber(text: string): number | undefined {
  const number = BY_NAME.get(text.toLowerCase()) ?? parseCNumber(text);
  return number !== undefined && number <= 255 ? number : undefined;
}

/** Second names in `/etc/protocols` that are not the first in capitals. */
const ALIASES: ReadonlyMap<string, number> = new Map([
  ["IP-ENCAP", 4],
  ["IPv6", 41],
  ["IPv6-Route", 43],
  ["IPv6-Frag", 44],
  ["IPSEC-ESP", 50],
  ["IPSEC-AH", 51],
  ["IPv6-ICMP", 58],
  ["IPv6-NoNxt", 59],
  ["IPv6-Opts", 60],
  ["OSPFIGP", 89],
  ["Mobility-Header", 135],
  ["UDPLite", 136],
  ["MPLS-in-IP", 137],
  ["Shim6", 140],
  ["Ethernet", 143],
]);

/** Protocols that have an alias of their own, or none (`manet`), in place of their name in capitals. */
const NOT_IN_CAPITALS: ReadonlySet<number> = new Set([...ALIASES.values(), 138]);

/**
 * As `protocolNumber`, but names only as the C library finds them in Debian's `/etc/protocols`,
 * which lists `tcp` and `TCP` but not `Tcp`: how every option but `-p` reads them
 * (`xtables_parse_protocol`).
 */
export function listedProtocol(text: string): number | undefined {
  const alias = ALIASES.get(text);
  if (alias !== undefined) return alias;
  const number = protocolNumber(text);
  if (BY_NAME.has(text) || parseCNumber(text) !== undefined) return number;
  const isInCapitals = text === text.toUpperCase() && text !== "ALL";
  return isInCapitals && number !== undefined && !NOT_IN_CAPITALS.has(number) ? number : undefined;
}

/** The name a save prints, or the number as text. */
export function protocolName(number: number): string {
  return BY_NUMBER.get(number) ?? String(number);
}
