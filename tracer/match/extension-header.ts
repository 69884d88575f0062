import { isUnknown, unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import type { Truth } from "./truth.js";

export const HOP_BY_HOP = 0;
export const ROUTING = 43;
export const FRAGMENT = 44;
export const DESTINATION_OPTIONS = 60;

/**
 * Matches of one IPv6 extension header (`ip6t_rt.c`, `ip6t_srh.c`, `ip6t_frag.c`, `ip6t_hbh.c`): without the header
 * nothing matches, negated or not; what it holds is not given.
 */
export function headerMatches(header: number, { extensionHeaders }: Packet): Truth {
  if (isUnknown(extensionHeaders)) return extensionHeaders;
  if (!extensionHeaders.includes(header)) return "no";
  return unknown(`what the packet's extension header ${header} holds is not given`);
}
