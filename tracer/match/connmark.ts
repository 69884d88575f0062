import type { ConnmarkMatch } from "../../engine/iptables/extensions/connmark.js";
import type { Tracking } from "../walk/memory.js";
import { markMatches } from "./mark.js";
import type { Truth } from "./truth.js";

/** `xt_connmark.c: connmark_mt`: a packet of no connection matches neither plainly nor negated. */
export function connmarkMatches({ mark }: ConnmarkMatch, tracking: Tracking): Truth {
  return tracking.kind === "tracked" ? markMatches(mark, tracking.connection.mark) : "no";
}
