import type { FragMatch } from "../../engine/iptables/extensions/frag.js";
import { isUnknown, unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { within } from "./numbers.js";
import { all, truth, type Truth } from "./truth.js";

/**
 * `ip6t_frag.c: frag_mt6`: a packet without a fragment header matches nothing, negated or not. The
 * kernel does not look at `--fraglen`.
 */
export function fragMatches(match: FragMatch, packet: Packet): Truth {
  const { fragment, extensionHeaders } = packet;
  if (fragment === undefined) return isUnknown(extensionHeaders) ? extensionHeaders : "no";
  const { offset, more, id = unknown("the fragment's identification is not given") } = fragment;
  return all([
    truth(match.first !== true || offset === 0),
    truth(match.more !== true || more),
    truth(match.last !== true || !more),
    within(match.id, id),
  ]);
}
