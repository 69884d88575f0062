import type { QuotaMatch } from "../../engine/iptables/extensions/quota.js";
import { isUnknown } from "../packet/field.js";
import { assume, describePlace, placeOf, type Branch } from "../walk/branch.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/**
 * `xt_quota.c: quota_mt`: each packet takes its octets off the quota; one that is larger than what
 * is left does not match and takes all of it.
 */
export function quotaMatches({ quota }: QuotaMatch, branch: Branch): Truth {
  if (quota === undefined) return "yes";
  const { packet, memory, scan } = branch;
  const { length } = packet;
  if (isUnknown(length)) return length;
  const place = placeOf(branch);
  const rule = place === undefined ? "" : describePlace(place);
  const key = `quota ${rule} ${scan?.match ?? 0}`;
  const known = memory.counters.get(key);
  if (known === undefined) {
    assume(branch, `the quota of ${rule} is not used up`, "earlier packets are not given");
  }
  const left = known ?? Number(quota.value);
  const fits = left >= length;
  const counters = memory.counters.set(key, fits ? left - length : 0);
  branch.memory = { ...memory, counters };
  return negatedIf(quota.not, truth(fits));
}
