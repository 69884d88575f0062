import type { Checked } from "../../engine/errors.js";
import type { Family } from "../../engine/net/ip.js";
import { protocolNumber } from "../../engine/net/protocol.js";
import type { Prefix } from "../../engine/net/prefix.js";
import {
  optionalNumber,
  optionalText,
  prefixField,
  readEntries,
  realmsOf,
  refuseField,
  requiredNumber,
} from "./entry.js";
import { readJsonLists, type JsonObject } from "./json.js";
import { tableNumber } from "./read-routes.js";
import {
  DEFAULT_TABLE,
  LOCAL_TABLE,
  MAIN_TABLE,
  type RoutingRule,
  type RuleAction,
} from "./types.js";

/** Selectors that a packet's description cannot answer: VRF, tunnel key, group of interfaces. */
const UNDECIDABLE = ["l3mdev", "tun_id", "suppress_ifgroup"] as const;

const MARK_MASK = 0xffffffff;

/** Reads the output of `ip -j rule` (IPv4) or `ip -6 -j rule`, by rising priority as printed. */
export function readRoutingRules(text: string, file?: string): Checked<readonly RoutingRule[]> {
  const lists = readJsonLists(text, "ip -j rule", file);
  const read = readEntries(lists.value, nameOf, readRule);
  const value = read.value.toSorted((left, right) => left.priority - right.priority);
  return { value, faults: [...lists.faults, ...read.faults] };
}

/** What the kernel starts with (`fib_default_rules_init`); IPv6 has no default table. */
export function defaultRoutingRules(family: Family): readonly RoutingRule[] {
  const rules = [lookup(0, LOCAL_TABLE), lookup(32766, MAIN_TABLE)];
  return family === 4 ? [...rules, lookup(32767, DEFAULT_TABLE)] : rules;
}

function lookup(priority: number, table: number): RoutingRule {
  return { ...ANY_PACKET, priority, action: { kind: "lookup", table } };
}

const ANY_PACKET = {
  not: false,
  from: undefined,
  to: undefined,
  inInterface: undefined,
  outInterface: undefined,
  mark: undefined,
  tos: undefined,
  protocol: undefined,
  sourcePorts: undefined,
  destinationPorts: undefined,
  uids: undefined,
  suppressPrefixLength: undefined,
} as const;

function nameOf(entry: JsonObject, index: number): string {
  const priority = entry["priority"];
  return typeof priority === "number" ? `routing rule ${priority}` : `routing rule ${index + 1}`;
}

function readRule(entry: JsonObject): RoutingRule {
  const strange = UNDECIDABLE.find((field) => field in entry);
  if (strange !== undefined)
    refuseField(strange, "routing rules with this selector cannot be followed");
  return {
    priority: requiredNumber(entry, "priority"),
    not: "not" in entry,
    from: selector(entry, "src", "srclen"),
    to: selector(entry, "dst", "dstlen"),
    inInterface: optionalText(entry, "iif"),
    outInterface: optionalText(entry, "oif"),
    mark: markOf(entry),
    tos: optionalNumber(entry, "tos"),
    protocol: protocolOf(entry),
    sourcePorts: rangeOf(entry, "sport"),
    destinationPorts: rangeOf(entry, "dport"),
    uids: rangeOf(entry, "uid"),
    action: actionOf(entry),
    suppressPrefixLength: optionalNumber(entry, "suppress_prefixlen"),
    ...realmsOf(entry["flow_from"], entry["flow_to"]),
  };
}

function selector(entry: JsonObject, field: string, lengthField: string): Prefix | undefined {
  const text = optionalText(entry, field);
  if (text === undefined || text === "all") return undefined;
  const length = optionalNumber(entry, lengthField);
  return prefixField(field, length === undefined ? text : `${text}/${length}`);
}

function markOf(entry: JsonObject): RoutingRule["mark"] {
  const value = optionalNumber(entry, "fwmark");
  const mask = optionalNumber(entry, "fwmask");
  if (value === undefined && mask === undefined) return undefined;
  return { value: value ?? 0, mask: mask ?? MARK_MASK };
}

function protocolOf(entry: JsonObject): number | undefined {
  const text = optionalText(entry, "ipproto");
  if (text === undefined) return undefined;
  const name = text.replace(/^ipproto-/, "");
  return protocolNumber(name) ?? refuseField("ipproto", `unknown protocol ${text}`);
}

/** `sport: 5`, or `sport_start` and `sport_end`. */
function rangeOf(entry: JsonObject, field: string): { min: number; max: number } | undefined {
  const single = optionalNumber(entry, field);
  const min = single ?? optionalNumber(entry, `${field}_start`);
  if (min === undefined) return undefined;
  return { min, max: single ?? optionalNumber(entry, `${field}_end`) ?? min };
}

function actionOf(entry: JsonObject): RuleAction {
  const jump = optionalNumber(entry, "goto");
  if (jump !== undefined) return { kind: "goto", priority: jump };
  if ("nop" in entry) return { kind: "nop" };
  const action = optionalText(entry, "action");
  switch (action) {
    case undefined:
      return { kind: "lookup", table: tableNumber(optionalText(entry, "table")) };
    case "blackhole":
    case "unreachable":
    case "prohibit":
      return { kind: action };
    default:
      return refuseField("action", `unknown action ${action}`);
  }
}
