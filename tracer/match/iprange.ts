import type { AddressRange } from "../../engine/iptables/extensions/address-codecs.js";
import type { IprangeMatch } from "../../engine/iptables/extensions/iprange.js";
import type { Negatable } from "../../engine/iptables/types.js";
import type { Address } from "../../engine/net/ip.js";
import type { Packet } from "../packet/types.js";
import { truth, type Truth } from "./truth.js";

/** `xt_iprange.c`. */
export function iprangeMatches({ srcRange, dstRange }: IprangeMatch, packet: Packet): Truth {
  return truth(isIn(srcRange, packet.source) && isIn(dstRange, packet.destination));
}

function isIn(wanted: Negatable<AddressRange> | undefined, address: Address): boolean {
  if (wanted === undefined) return true;
  const { min, max } = wanted.value;
  return (address >= min && address <= max) !== wanted.not;
}
