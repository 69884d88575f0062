import type { Address, Family } from "../../engine/net/ip.js";
import { lengthOfMask, prefixContains } from "../../engine/net/prefix.js";
import type { HostState, Route, RoutingRule } from "../host/types.js";
import { isUnknown, type Field } from "../packet/field.js";

/** What the routing tables are asked with (`struct flowi4`). */
export interface Flow {
  readonly family: Family;
  /** `undefined`: not chosen yet. */
  readonly source: Address | undefined;
  readonly destination: Address;
  /** `lo` for packets that the node makes itself. */
  readonly inInterface: string;
  readonly outInterface: string | undefined;
  readonly mark: number;
  readonly tos: number;
  readonly protocol: number;
  readonly sourcePort: Field<number | undefined>;
  readonly destinationPort: Field<number | undefined>;
  readonly uid: Field<number | undefined>;
}

export type Lookup =
  | { readonly kind: "route"; readonly route: Route }
  | { readonly kind: "refused"; readonly as: "blackhole" | "unreachable" | "prohibit" }
  | { readonly kind: "none" };

const NONE: Lookup = { kind: "none" };

/** By routing rules, then the longest prefix, then the lowest metric (`fib_lookup`). */
export function lookUp(host: HostState, flow: Flow): Lookup {
  const rules = host.routingRules[flow.family].value;
  for (let at = 0; at < rules.length; at++) {
    const rule = rules[at];
    if (rule === undefined || selects(rule, flow) === rule.not) continue;
    const { action } = rule;
    if (action.kind === "goto") {
      const next = rules.findIndex(({ priority }) => priority >= action.priority);
      if (next <= at) continue;
      at = next - 1;
    } else if (action.kind === "lookup") {
      const found = lookUpTable(host, action.table, flow, rule.suppressPrefixLength);
      if (found.kind !== "none") return found;
    } else if (action.kind !== "nop") {
      return { kind: "refused", as: action.kind };
    }
  }
  return NONE;
}

function selects(rule: RoutingRule, flow: Flow): boolean {
  return (
    (rule.from === undefined ||
      (flow.source !== undefined && prefixContains(rule.from, flow.source)) ||
      lengthOfMask(rule.from.mask) === 0) &&
    (rule.to === undefined || prefixContains(rule.to, flow.destination)) &&
    (rule.inInterface === undefined || rule.inInterface === flow.inInterface) &&
    (rule.outInterface === undefined || rule.outInterface === flow.outInterface) &&
    (rule.mark === undefined || (flow.mark & rule.mark.mask) >>> 0 === rule.mark.value) &&
    (rule.tos === undefined || rule.tos === 0 || rule.tos === flow.tos) &&
    (rule.protocol === undefined || rule.protocol === flow.protocol) &&
    within(rule.sourcePorts, flow.sourcePort) &&
    within(rule.destinationPorts, flow.destinationPort) &&
    within(rule.uids, flow.uid)
  );
}

/** A port or user that nobody told is taken as outside every range. */
function within(
  range: { readonly min: number; readonly max: number } | undefined,
  value: Field<number | undefined>,
): boolean {
  if (range === undefined) return true;
  if (value === undefined || isUnknown(value)) return false;
  return value >= range.min && value <= range.max;
}

function lookUpTable(
  host: HostState,
  table: number,
  flow: Flow,
  suppressed: number | undefined,
): Lookup {
  const route = bestRoute(host.routes.value, table, flow);
  if (route === undefined || route.type === "throw") return NONE;
  if (suppressed !== undefined && prefixLength(route) <= suppressed) return NONE;
  switch (route.type) {
    case "blackhole":
    case "unreachable":
    case "prohibit":
      return { kind: "refused", as: route.type };
    default:
      return { kind: "route", route };
  }
}

/** The best route of one table, `throw` included. */
export function bestRoute(
  routes: readonly Route[],
  table: number,
  flow: Pick<Flow, "destination" | "tos" | "outInterface">,
): Route | undefined {
  let best: Route | undefined;
  for (const route of routes) {
    if (route.table !== table || !prefixContains(route.destination, flow.destination)) continue;
    if (route.tos !== 0 && route.tos !== (flow.tos & 0x1c)) continue;
    if (!leavesBy(route, flow.outInterface)) continue;
    if (best === undefined || isBetter(route, best)) best = route;
  }
  return best;
}

function leavesBy(route: Route, device: string | undefined): boolean {
  return device === undefined || route.hops.some((hop) => hop.device === device);
}

function isBetter(route: Route, than: Route): boolean {
  if (route.destination.mask !== than.destination.mask) {
    return route.destination.mask > than.destination.mask;
  }
  if (route.tos !== than.tos) return route.tos > than.tos;
  return route.metric < than.metric;
}

export function prefixLength(route: Route): number {
  return lengthOfMask(route.destination.mask) ?? 0;
}
