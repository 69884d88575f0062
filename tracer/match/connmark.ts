import type { ConnmarkMatch } from "../../engine/iptables/extensions/connmark.js";
import type { Branch } from "../walk/branch.js";
import { markMatches } from "./mark.js";
import { seenTracking } from "./seen-tracking.js";
import type { Truth } from "./truth.js";

/** `xt_connmark.c: connmark_mt`: a packet of no connection matches neither plainly nor negated. */
export function connmarkMatches({ mark }: ConnmarkMatch, branch: Branch): Truth {
  const tracking = seenTracking(branch);
  return tracking.kind === "tracked" ? markMatches(mark, tracking.connection.mark) : "no";
}
