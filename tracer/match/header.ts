import { prefixContains, type Prefix } from "../../engine/net/prefix.js";
import type { Negatable, Rule } from "../../engine/iptables/types.js";
import { AH } from "../../engine/net/protocol.js";
import { isUnknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import type { HeaderField } from "../walk/events.js";
import type { Backend } from "../walk/link.js";

/**
 * The first of a rule's own conditions that the packet fails, in the kernel's order, or `undefined`
 * (`ip_tables.c: ip_packet_match`, `ip6_tables.c: ip6_packet_match`). `inInterface` and
 * `outInterface` are empty where the hook has none.
 */
export function failedHeader(
  rule: Rule,
  packet: Packet,
  inInterface: string,
  outInterface: string,
  backend?: Backend,
): HeaderField | undefined {
  if (rule.destination !== undefined && !contains(rule.destination, packet.destination)) {
    return "destination";
  }
  if (rule.protocol !== undefined && !sameProtocol(rule.protocol, protocolFor(packet, backend))) {
    return "protocol";
  }
  if (rule.source !== undefined && !contains(rule.source, packet.source)) return "source";
  if (rule.inInterface !== undefined && !interfaceMatches(rule.inInterface, inInterface)) {
    return "in-interface";
  }
  if (rule.outInterface !== undefined && !interfaceMatches(rule.outInterface, outInterface)) {
    return "out-interface";
  }
  if (rule.fragment !== undefined && rule.fragment.not === isFurther(packet)) return "fragment";
  return undefined;
}

function contains(wanted: Negatable<Prefix>, address: Packet["source"]): boolean {
  return prefixContains(wanted.value, address) !== wanted.not;
}

/** nft takes IPv6's authentication header for the protocol itself (`nf_tables_ipv6.h`: `IP6_FH_F_AUTH`). */
function protocolFor({ protocol, extensionHeaders }: Packet, backend: Backend | undefined): number {
  if (backend !== "nft" || isUnknown(extensionHeaders) || extensionHeaders.length === 0) {
    return protocol;
  }
  return extensionHeaders.some(({ header }) => header === AH) ? AH : protocol;
}

function sameProtocol(wanted: Negatable<number>, protocol: number): boolean {
  return (wanted.value === protocol) !== wanted.not;
}

/** A second or further fragment: it has no transport header. */
export function isFurther(packet: Packet): boolean {
  return packet.fragment !== undefined && packet.fragment.offset > 0;
}

/** `eth0` is exact, `eth+` any name that starts with `eth`, `+` any name and none. */
export function interfaceMatches(wanted: Negatable<string>, name: string): boolean {
  return sameInterface(wanted.value, name) !== wanted.not;
}

export function sameInterface(pattern: string, name: string): boolean {
  return pattern.endsWith("+") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
