import type { LengthMatch } from "../../engine/iptables/extensions/length.js";
import type { Packet } from "../packet/types.js";
import { within } from "./numbers.js";
import type { Truth } from "./truth.js";

/** `xt_length.c`: octets of the whole packet, IP header included, in both families. */
export function lengthMatches({ length }: LengthMatch, packet: Packet): Truth {
  return within(length, packet.length);
}
