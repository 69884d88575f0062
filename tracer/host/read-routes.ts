import type { Checked } from "../../engine/errors.js";
import { parseAddress, type Address, type Family } from "../../engine/net/ip.js";
import { maskOfLength, makePrefix, type Prefix } from "../../engine/net/prefix.js";
import {
  listField,
  optionalAddress,
  optionalNumber,
  optionalText,
  prefixField,
  realmsOf,
  readEntries,
  refuseField,
  requiredText,
  wordsField,
} from "./entry.js";
import { isObject, readJsonLists, type JsonObject } from "./json.js";
import {
  DEFAULT_TABLE,
  LOCAL_TABLE,
  MAIN_TABLE,
  type NextHop,
  type Route,
  type RouteType,
} from "./types.js";

/**
 * Reads the output of `ip -j route`, best of `ip -j route show table all` and `ip -6 -j route show
 * table all`. `family` is for lists in which nothing but `default` tells it.
 */
export function readRoutes(
  text: string,
  file?: string,
  family: Family = 4,
): Checked<readonly Route[]> {
  const lists = readJsonLists(text, "ip -j route", file);
  const read = readEntries(lists.value, nameOf, (entry) => readRoute(entry, family));
  return { value: read.value, faults: [...lists.faults, ...read.faults] };
}

function nameOf(entry: JsonObject, index: number): string {
  const destination = entry["dst"];
  return typeof destination === "string" ? `route to ${destination}` : `route ${index + 1}`;
}

const TYPES: readonly RouteType[] = [
  "unicast",
  "local",
  "broadcast",
  "anycast",
  "multicast",
  "blackhole",
  "unreachable",
  "prohibit",
  "throw",
];

function readRoute(entry: JsonObject, family: Family): Route {
  const typeName = optionalText(entry, "type") ?? "unicast";
  const type =
    TYPES.find((known) => known === typeName) ?? refuseField("type", `unknown type ${typeName}`);
  const hops = readHops(entry);
  return {
    table: tableNumber(optionalText(entry, "table")),
    type,
    destination: destinationOf(entry, hops, family),
    hops: type === "blackhole" || type === "prohibit" || type === "throw" ? [] : hops,
    preferredSource: optionalAddress(entry, "prefsrc"),
    metric: optionalNumber(entry, "metric") ?? 0,
    tos: optionalNumber(entry, "tos") ?? 0,
    ...(isObject(entry["flow"]) ? realmsOf(entry["flow"]["from"], entry["flow"]["to"]) : {}),
  };
}

/** `default` names no family: the gateway does, or the IPv6-only `pref`. */
function destinationOf(entry: JsonObject, hops: readonly NextHop[], assumedFamily: Family): Prefix {
  const text = requiredText(entry, "dst");
  if (text !== "default") return prefixField("dst", text);
  const hint = hops.find(({ via }) => via !== undefined)?.via ?? optionalAddress(entry, "prefsrc");
  const isFour = typeof hint === "number" || entry["via"] !== undefined;
  const isSix = !isFour && (typeof hint === "bigint" || "pref" in entry);
  const family = isFour ? 4 : isSix ? 6 : assumedFamily;
  const zero: Address = family === 4 ? 0 : 0n;
  return makePrefix(zero, maskOfLength(family, 0));
}

/** Next hops that can be used: a dead one (its link is down) is passed over by the kernel. */
function readHops(entry: JsonObject): readonly NextHop[] {
  const several = listField(entry, "nexthops");
  const all = several.length > 0 ? several : [entry];
  return all
    .filter((hop) => !wordsField(hop, "flags").includes("dead"))
    .flatMap((hop) => {
      const device = optionalText(hop, "dev");
      if (device === undefined) return [];
      return [{ via: gatewayOf(hop), device, weight: optionalNumber(hop, "weight") ?? 1 }];
    });
}

/** `gateway`, or `via` when it is of the other family (RFC 5549). */
function gatewayOf(hop: JsonObject): Address | undefined {
  const via = hop["via"];
  if (!isObject(via)) return optionalAddress(hop, "gateway");
  const host = requiredText(via, "host");
  return parseAddress(host) ?? refuseField("via.host", `"${host}" is no address`);
}

/**
 * Of `/etc/iproute2/rt_tables`; without a name it is the main table. A name that only the node's
 * own file explains gets a number above all that the kernel has, the same for the same name, so
 * that rules and routes still meet.
 */
export function tableNumber(text: string | undefined): number {
  switch (text) {
    case undefined:
    case "main":
      return MAIN_TABLE;
    case "local":
      return LOCAL_TABLE;
    case "default":
      return DEFAULT_TABLE;
    default:
      return /^\d+$/.test(text) ? Number(text) : 2 ** 32 + fnv1a(text);
  }
}

/** Fowler, Noll and Vo's 32-bit hash. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
