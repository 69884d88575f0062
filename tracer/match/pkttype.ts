import type { PkttypeMatch } from "../../engine/iptables/extensions/pkttype.js";
import type { HostState } from "../host/types.js";
import type { Packet } from "../packet/types.js";
import { addressType4, isMulticast } from "../walk/address-type.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/** `xt_pkttype.c`: what the frame's address was, as far as the packet's address tells it. */
export function pkttypeMatches({ type }: PkttypeMatch, packet: Packet, host: HostState): Truth {
  if (type === undefined) return "yes";
  return negatedIf(type.not, truth(type.value === frameType(packet, host)));
}

function frameType(packet: Packet, host: HostState): "unicast" | "broadcast" | "multicast" {
  const { destination, inInterface } = packet;
  if (inInterface === undefined || inInterface === "lo") return "unicast";
  if (isMulticast(destination)) return "multicast";
  if (typeof destination === "bigint") return "unicast";
  return addressType4(host, destination, undefined) === "BROADCAST" ? "broadcast" : "unicast";
}
