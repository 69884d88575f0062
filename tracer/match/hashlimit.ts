import { HASHLIMIT_SCALE } from "../../engine/iptables/extensions/hash-rate.js";
import type { HashlimitMatch } from "../../engine/iptables/extensions/hashlimit.js";
import { andAddress, maskOfLength } from "../../engine/net/prefix.js";
import type { Address } from "../../engine/net/ip.js";
import { isUnknown, unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { assume, type Branch } from "../walk/branch.js";
import { takeToken } from "../walk/bucket.js";
import { negatedIf, truth, type Truth } from "./truth.js";

const DEFAULT_BURST = 5;

/** `xt_hashlimit.c: hashlimit_mt`: a bucket for each source, destination, ... of a named table. */
export function hashlimitMatches(match: HashlimitMatch, branch: Branch): Truth {
  const { upto, above, burst = DEFAULT_BURST, table = "" } = match;
  const asked = upto ?? above;
  if (asked === undefined) return "yes";
  if (asked.value.per === "byte" || match.rateMatch === true) {
    return unknown("how much traffic came before is not given");
  }
  const bucket = bucketOf(match, branch.packet);
  if (isUnknown(bucket)) return bucket;
  const key = `hashlimit ${table} ${bucket}`;
  if (branch.memory.counters.get(key) === undefined) {
    assume(branch, `the hashlimit ${table} is not used up`, "earlier packets are not given");
  }
  const every = asked.value.interval / (HASHLIMIT_SCALE / 1000);
  const taken = takeToken(branch.memory, key, { every, burst });
  branch.memory = taken.memory;
  return negatedIf(asked.not !== (above !== undefined), truth(taken.left));
}

function bucketOf(match: HashlimitMatch, packet: Packet): string | ReturnType<typeof unknown> {
  const { mode = [], srcMask, dstMask } = match;
  const parts: unknown[] = [];
  if (mode.includes("srcip")) parts.push(masked(packet.source, srcMask));
  if (mode.includes("dstip")) parts.push(masked(packet.destination, dstMask));
  if (mode.includes("srcport")) parts.push(packet.sourcePort);
  if (mode.includes("dstport")) parts.push(packet.destinationPort);
  return parts.find(isUnknown) ?? parts.join(" ");
}

function masked(address: Address, length: number | undefined): Address {
  const family = typeof address === "number" ? 4 : 6;
  return length === undefined ? address : andAddress(address, maskOfLength(family, length));
}
