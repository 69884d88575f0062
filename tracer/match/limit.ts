import { LIMIT_SCALE, type LimitMatch } from "../../engine/iptables/extensions/limit.js";
import { assume, describePlace, placeOf, type Branch } from "../walk/branch.js";
import { takeToken } from "../walk/bucket.js";
import { truth, type Truth } from "./truth.js";

const DEFAULT_INTERVAL = 12_000_000;
const DEFAULT_BURST = 5;

/** `xt_limit.c: limit_mt`: a bucket of `burst` packets that fills at the rate; one for each match. */
export function limitMatches({ limit, burst = DEFAULT_BURST }: LimitMatch, branch: Branch): Truth {
  const place = placeOf(branch);
  const rule = place === undefined ? "" : describePlace(place);
  const key = `limit ${rule} ${branch.scan?.match ?? 0}`;
  if (branch.memory.counters.get(key) === undefined) {
    assume(branch, `the limit of ${rule} is not used up`, "earlier packets are not given");
  }
  const every = (limit?.interval ?? DEFAULT_INTERVAL) / (LIMIT_SCALE / 1000);
  const taken = takeToken(branch.memory, key, { every, burst });
  branch.memory = taken.memory;
  return truth(taken.left);
}
