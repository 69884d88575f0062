import { hasErrors, type Checked, type Fault } from "../../engine/errors.js";
import { familyOf, type Family } from "../../engine/net/ip.js";
import { readAddresses } from "./read-addresses.js";
import { readConnections } from "./read-connections.js";
import { readRoutes } from "./read-routes.js";
import { readRoutingRules } from "./read-routing-rules.js";
import { readSets } from "./read-sets.js";
import { readSysctls } from "./read-sysctls.js";
import { defaultRoute, routesOfAddresses } from "./routes.js";
import {
  assumed,
  given,
  LOCAL_TABLE,
  type Connection,
  type HostState,
  type Interface,
  type Route,
  type Stated,
} from "./types.js";

/** A text and the name of the file it is from. */
export interface HostText {
  readonly file: string;
  readonly text: string;
}

/** Outputs of commands on the node; what is left out is taken from what is assumed. */
export interface HostTexts {
  /** `ip -j addr`. */
  readonly addresses?: HostText | undefined;
  /** `ip -j route show table all`, both families; a plain `ip -j route` will do. */
  readonly routes?: readonly HostText[] | undefined;
  /** `ip -j rule`. */
  readonly rules4?: HostText | undefined;
  /** `ip -6 -j rule`. */
  readonly rules6?: HostText | undefined;
  /** `sysctl -a`. */
  readonly sysctls?: HostText | undefined;
  /** `ipset save`. */
  readonly sets?: HostText | undefined;
  /** `conntrack -L`, one or several. */
  readonly connections?: readonly HostText[] | undefined;
}

/** The host that these texts tell of; `base` is what is assumed where they tell nothing. */
export function readHost(texts: HostTexts, base: HostState): Checked<HostState> {
  const faults: Fault[] = [];
  const take = <T>(checked: Checked<T>): T => {
    faults.push(...checked.faults);
    return checked.value;
  };
  // A text of which nothing could be read tells nothing: it is not one of a node that has nothing.
  const list = <T>(
    sources: readonly HostText[] | undefined,
    read: (text: string, file: string) => Checked<readonly T[]>,
  ): readonly T[] | undefined => {
    const lists = sources?.map(({ text, file }) => read(text, file)) ?? [];
    faults.push(...lists.flatMap((checked) => checked.faults));
    const sound = lists.filter(({ value, faults: found }) => value.length > 0 || !hasErrors(found));
    return sound.length === 0 ? undefined : sound.flatMap(({ value }) => value);
  };
  const one = (source: HostText | undefined) => (source === undefined ? undefined : [source]);
  const { addresses, rules4, rules6, sysctls, sets } = texts;
  const settings =
    sysctls === undefined ? undefined : take(readSysctls(sysctls.text, sysctls.file));
  const interfaces = list(one(addresses), readAddresses);
  const routes = list(texts.routes, readRoutes);
  const connections = list(texts.connections, readConnections);
  const routing4 = list(one(rules4), readRoutingRules);
  const routing6 = list(one(rules6), readRoutingRules);
  const host: HostState = {
    ...base,
    interfaces: interfaces === undefined ? base.interfaces : given(interfaces),
    routes: routesOf(routes, interfaces, base),
    routingRules: {
      4: routing4 === undefined ? base.routingRules[4] : given(routing4),
      6: routing6 === undefined ? base.routingRules[6] : given(routing6),
    },
    sysctls: settings === undefined ? base.sysctls : overlay(base.sysctls, settings),
    sets: sets === undefined ? base.sets : take(readSets(sets.text, sets.file)),
    connections: connections === undefined ? base.connections : given(connections),
    tracksConnections: trackingOf(connections, base),
  };
  return { value: host, faults };
}

/** A table with entries is proof that something tracks connections; an empty one proves nothing. */
function trackingOf(
  connections: readonly Connection[] | undefined,
  base: HostState,
): Stated<boolean> {
  return connections !== undefined && connections.length > 0 ? given(true) : base.tracksConnections;
}

function overlay(
  base: HostState["sysctls"],
  settings: ReadonlyMap<string, number>,
): HostState["sysctls"] {
  return new Map([
    ...base,
    ...[...settings].map(([name, value]): [string, Stated<number>] => [name, given(value)]),
  ]);
}

function routesOf(
  routes: readonly Route[] | undefined,
  interfaces: readonly Interface[] | undefined,
  base: HostState,
): HostState["routes"] {
  if (routes !== undefined)
    return given(withLocalTable(routes, interfaces ?? base.interfaces.value));
  if (interfaces === undefined) return base.routes;
  const outward = interfaces.find(
    ({ loopback, up, addresses }) =>
      !loopback && up && addresses.some(({ scope }) => scope === "global"),
  );
  const device = outward?.name ?? interfaces.find(({ loopback }) => !loopback)?.name;
  const own = routesOfAddresses(interfaces, true);
  if (device === undefined)
    return assumed(own, "no `ip -j route` was given: only the node's own subnets are reached");
  return assumed(
    [...own, defaultRoute(4, device), defaultRoute(6, device)],
    `no \`ip -j route\` was given: what is in none of the node's subnets is reached by ${device}`,
  );
}

/** A plain `ip route` prints the main table alone: the local one follows from the addresses. */
function withLocalTable(routes: readonly Route[], interfaces: readonly Interface[]): Route[] {
  const told = (family: Family): boolean =>
    routes.some(
      ({ table, destination }) => table === LOCAL_TABLE && familyOf(destination.address) === family,
    );
  const own = routesOfAddresses(interfaces, true);
  const missing = own.filter(({ table, destination }) => {
    const family = familyOf(destination.address);
    const mentioned = routes.some((route) => familyOf(route.destination.address) === family);
    return !told(family) && (table === LOCAL_TABLE || !mentioned);
  });
  return [...routes, ...missing];
}
