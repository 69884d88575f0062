import { isUnknown, unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import type { Truth } from "./truth.js";

const ROUTING_HEADER = 43;

/** `ip6t_rt.c: rt_mt6`: without a routing header nothing matches, negated or not. */
export function rtMatches({ extensionHeaders }: Packet): Truth {
  if (isUnknown(extensionHeaders)) return extensionHeaders;
  if (!extensionHeaders.includes(ROUTING_HEADER)) return "no";
  return unknown("what the packet's routing header holds is not given");
}
