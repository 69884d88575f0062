import type { ConnbytesMatch } from "../../engine/iptables/extensions/connbytes.js";
import { isUnknown, unknown, type Field } from "../packet/field.js";
import type { Branch } from "../walk/branch.js";
import type { Carried } from "../host/types.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/**
 * `xt_connbytes.c: connbytes_mt`: what the connection has carried, this packet included; a packet of
 * no connection matches neither plainly nor negated.
 */
export function connbytesMatches({ range, mode, dir }: ConnbytesMatch, branch: Branch): Truth {
  const { tracking } = branch;
  if (tracking.kind !== "tracked") return "no";
  const { carried } = tracking.connection;
  if (carried === undefined) return unknown("how much the connection has carried is not given");
  const { original, reply } = carried;
  const asked = dir === "original" ? [original] : dir === "reply" ? [reply] : [original, reply];
  const amount = amountOf(mode, asked);
  if (isUnknown(amount)) return amount;
  if (range === undefined) return "yes";
  const { min, max } = range.value;
  // The kernel is told to negate by ends in reverse order, which changes nothing where they meet.
  return negatedIf(range.not && min !== max, truth(min <= amount && amount <= max));
}

function amountOf(mode: ConnbytesMatch["mode"], asked: readonly Carried[]): Field<bigint> {
  const packets = asked.reduce((sum, part) => sum + BigInt(part.packets), 0n);
  if (mode === "packets") return packets;
  let octets = 0n;
  for (const part of asked) {
    if (isUnknown(part.octets)) return part.octets;
    octets += BigInt(part.octets);
  }
  if (mode === "bytes") return octets;
  return packets === 0n ? 0n : octets / packets;
}
