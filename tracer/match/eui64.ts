import { isUnknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { truth, type Truth } from "./truth.js";

/**
 * `ip6t_eui64.c: eui64_mt6`: the source's lower half is the sender's MAC address, its bit of "locally
 * administered" turned round and `ff:fe` in the middle.
 */
export function eui64Matches({ source, sourceMac }: Packet): Truth {
  if (sourceMac === undefined || typeof source === "number") return "no";
  if (isUnknown(sourceMac)) return sourceMac;
  const [first = 0, ...others] = sourceMac.split(":").map((octet) => Number.parseInt(octet, 16));
  const octets = [first ^ 2, ...others.slice(0, 2), 0xff, 0xfe, ...others.slice(2)];
  const expected = octets.reduce((half, octet) => (half << 8n) | BigInt(octet), 0n);
  return truth(BigInt.asUintN(64, source) === expected);
}
