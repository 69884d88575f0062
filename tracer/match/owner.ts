import type { OwnerMatch } from "../../engine/iptables/extensions/owner.js";
import type { Range } from "../../engine/iptables/extensions/codecs.js";
import type { Negatable } from "../../engine/iptables/types.js";
import { isUnknown, type Unknown } from "../packet/field.js";
import type { Packet, Sender } from "../packet/types.js";
import { within } from "./numbers.js";
import { all, any, negatedIf, truth, type Truth } from "./truth.js";

/**
 * `xt_owner.c: owner_mt`. A packet without a local socket (forwarded, or made by the kernel itself)
 * matches only when every condition is negated.
 */
export function ownerMatches(match: OwnerMatch, { sender }: Packet): Truth {
  const { socketExists, uid, gid, supplGroups } = match;
  if (sender === undefined) {
    return truth([socketExists, uid, gid].every((asked) => asked === undefined || asked.not));
  }
  return all([
    truth(socketExists?.not !== true),
    within(uid, sender.uid),
    supplGroups === true ? inGroups(gid, sender) : within(gid, sender.gid),
  ]);
}

function inGroups(wanted: Negatable<Range> | undefined, { gid, groups }: Sender): Truth {
  if (wanted === undefined) return "yes";
  const plain = { not: false, value: wanted.value };
  const supplementary = isUnknown(groups)
    ? [groups satisfies Unknown]
    : groups.map((group) => within(plain, group));
  return negatedIf(wanted.not, any([within(plain, gid), ...supplementary]));
}
