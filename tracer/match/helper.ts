import type { HelperMatch } from "../../engine/iptables/extensions/helper.js";
import { unknown } from "../packet/field.js";
import type { Branch } from "../walk/branch.js";
import { liveConnections } from "../walk/memory.js";
import { truth, type Truth } from "./truth.js";

/**
 * `xt_helper.c: helper_mt`: the helper whose connection expected this one. A connection that nobody
 * expected has none; which ones were expected is not known where some connection has a helper.
 */
export function helperMatches({ helper }: HelperMatch, { tracking, memory }: Branch): Truth {
  if (helper === undefined) return "yes";
  if (tracking.kind !== "tracked") return truth(helper.not);
  const helped = liveConnections(memory).some((known) => known.helper !== undefined);
  const earlier = tracking.connection.since === undefined;
  if (helped || earlier) return unknown("which connections helpers have expected is not given");
  return truth(helper.not);
}
