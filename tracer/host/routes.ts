import { familyOf, type Address, type Family } from "../../engine/net/ip.js";
import {
  andAddress,
  hostPrefix,
  lengthOfMask,
  makePrefix,
  maskOfLength,
  parsePrefix,
  type Prefix,
} from "../../engine/net/prefix.js";
import {
  LOCAL_TABLE,
  MAIN_TABLE,
  type Interface,
  type InterfaceAddress,
  type Route,
  type RouteType,
} from "./types.js";

/** What the kernel adds IPv6 subnet routes with (`IP6_RT_PRIO_ADDRCONF`). */
const SUBNET_METRIC_6 = 256;

interface RouteParts {
  readonly table: number;
  readonly type: RouteType;
  readonly destination: Prefix;
  readonly device: string;
  readonly via?: Address;
  readonly preferredSource?: Address;
  readonly metric?: number;
}

/** A route with a single next hop. */
export function makeRoute(parts: RouteParts): Route {
  return {
    table: parts.table,
    type: parts.type,
    destination: parts.destination,
    hops: [{ via: parts.via, device: parts.device, weight: 1 }],
    preferredSource: parts.preferredSource,
    metric: parts.metric ?? 0,
    tos: 0,
  };
}

/**
 * The routes that the kernel itself makes for an interface's addresses: the local table, and the
 * subnets in the main one (`fib_frontend.c: fib_add_ifaddr`; `addrconf.c: addrconf_prefix_route`).
 * `anycast`: IPv6 is forwarded, which makes each subnet's first address an anycast address of the
 * node (`addrconf_join_anycast`).
 */
export function routesOfAddresses(
  interfaces: readonly Interface[],
  anycast: boolean,
): readonly Route[] {
  return interfaces.flatMap((device) => (device.up ? routesOf(device, anycast) : []));
}

function routesOf(device: Interface, anycast: boolean): readonly Route[] {
  const own = device.addresses.flatMap((address) =>
    familyOf(address.address) === 4
      ? routesOfIPv4(device, address)
      : routesOfIPv6(device, address, anycast),
  );
  return own.concat(multicastOf(device));
}

function routesOfIPv4(device: Interface, address: InterfaceAddress): Route[] {
  const mask = maskOfLength(4, address.prefixLength);
  const subnet = makePrefix(address.peer ?? address.address, mask);
  const common = { device: device.name, preferredSource: primaryOf(device, address) };
  const broadcast = (target: Address): Route =>
    makeRoute({
      ...common,
      table: LOCAL_TABLE,
      type: "broadcast",
      destination: hostPrefix(target),
    });
  const routes = [
    makeRoute({
      ...common,
      table: LOCAL_TABLE,
      type: "local",
      destination: hostPrefix(address.address),
    }),
  ];
  const given = address.broadcast;
  if (given !== undefined && given !== 0xffffffff) routes.push(broadcast(given));
  const ownHost = subnet.address === address.address && address.prefixLength === 32;
  if (subnet.address === 0 || address.secondary || ownHost) return routes;
  routes.push(
    device.loopback
      ? makeRoute({ ...common, table: LOCAL_TABLE, type: "local", destination: subnet })
      : makeRoute({ ...common, table: MAIN_TABLE, type: "unicast", destination: subnet }),
  );
  const last = lastOf(subnet);
  if (address.prefixLength < 31 && last !== given) routes.push(broadcast(last));
  return routes;
}

function lastOf({ address, mask }: Prefix): Address {
  return (Number(address) | (~Number(mask) >>> 0)) >>> 0;
}

/** Routes of a secondary address carry the primary one of its subnet as source. */
function primaryOf(device: Interface, address: InterfaceAddress): Address {
  if (!address.secondary) return address.address;
  const mask = maskOfLength(4, address.prefixLength);
  const primary = device.addresses.find(
    (other) =>
      !other.secondary &&
      other.prefixLength === address.prefixLength &&
      familyOf(other.address) === 4 &&
      andAddress(other.address, mask) === andAddress(address.address, mask),
  );
  return (primary ?? address).address;
}

function routesOfIPv6(device: Interface, address: InterfaceAddress, anycast: boolean): Route[] {
  const subnet = makePrefix(address.address, maskOfLength(6, address.prefixLength));
  const name = device.name;
  const local = { table: LOCAL_TABLE, device: name, metric: 0 } as const;
  const routes = [makeRoute({ ...local, type: "local", destination: hostPrefix(address.address) })];
  if (device.loopback) return routes;
  if (anycast && address.prefixLength < 127) {
    routes.push(makeRoute({ ...local, type: "anycast", destination: hostPrefix(subnet.address) }));
  }
  routes.push(
    makeRoute({
      table: MAIN_TABLE,
      type: "unicast",
      destination: subnet,
      device: name,
      metric: SUBNET_METRIC_6,
    }),
  );
  return routes;
}

const MULTICAST_6 = parsePrefix("ff00::/8");

function multicastOf(device: Interface): Route[] {
  const speaks6 = device.addresses.some(({ address }) => familyOf(address) === 6);
  if (!speaks6 || device.loopback || MULTICAST_6 === undefined) return [];
  return [
    makeRoute({
      table: LOCAL_TABLE,
      type: "multicast",
      destination: MULTICAST_6,
      device: device.name,
      metric: SUBNET_METRIC_6,
    }),
  ];
}

/** All destinations of a family, by a device; without `via` they count as on its link. */
export function defaultRoute(family: Family, device: string, via?: Address): Route {
  const everything = makePrefix(family === 4 ? 0 : 0n, maskOfLength(family, 0));
  const metric = family === 4 ? 0 : 1024;
  const parts = {
    table: MAIN_TABLE,
    type: "unicast",
    destination: everything,
    device,
    metric,
  } as const;
  return makeRoute(via === undefined ? parts : { ...parts, via });
}

export function hasDefaultRoute(routes: readonly Route[], family: Family): boolean {
  return routes.some(
    ({ destination }) =>
      familyOf(destination.address) === family && lengthOfMask(destination.mask) === 0,
  );
}
