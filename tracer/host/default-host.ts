import { parseAddress, type Address } from "../../engine/net/ip.js";
import { defaultRoutingRules } from "./read-routing-rules.js";
import { defaultRoute, routesOfAddresses } from "./routes.js";
import {
  assumed,
  type HostState,
  type Interface,
  type InterfaceAddress,
  type Route,
  type Stated,
} from "./types.js";

/** An interface that is up, from the parts that matter. */
export function makeInterface(
  parts: Pick<Interface, "name" | "index"> & Partial<Interface>,
): Interface {
  return {
    up: true,
    loopback: false,
    mtu: undefined,
    master: undefined,
    kind: undefined,
    mac: undefined,
    addresses: [],
    ...parts,
  };
}

export function makeInterfaceAddress(
  address: Address,
  prefixLength: number,
  scope: InterfaceAddress["scope"] = "global",
): InterfaceAddress {
  return {
    address,
    prefixLength,
    scope,
    secondary: false,
    deprecated: false,
    broadcast: undefined,
    peer: undefined,
  };
}

const LOOPBACK_ADDRESSES: readonly (readonly [text: string, length: number])[] = [
  ["127.0.0.1", 8],
  ["::1", 128],
];

export const LOOPBACK: Interface = makeInterface({
  name: "lo",
  index: 1,
  loopback: true,
  mtu: 65536,
  addresses: LOOPBACK_ADDRESSES.flatMap(([text, length]) => {
    const address = parseAddress(text);
    return address === undefined ? [] : [makeInterfaceAddress(address, length, "host")];
  }),
});

/** What a host that forwards is set to; the kernel's own default is not to. */
export const FORWARDING_SYSCTLS: ReadonlyMap<string, Stated<number>> = new Map(
  ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"].map((name): [string, Stated<number>] => [
    name,
    assumed(1, "the node is taken to forward, as every Kubernetes node does"),
  ]),
);

/** A host of these interfaces and routes, nothing of it known: all else is as after a start. */
export function assumedHost(
  interfaces: readonly Interface[],
  routes: readonly Route[],
  because: { readonly interfaces: string; readonly routes: string },
): HostState {
  const rules = "the kernel's own routing rules, as no `ip -j rule` was given";
  return {
    name: undefined,
    interfaces: assumed(interfaces, because.interfaces),
    routes: assumed(routes, because.routes),
    routingRules: {
      4: assumed(defaultRoutingRules(4), rules),
      6: assumed(defaultRoutingRules(6), rules),
    },
    sysctls: FORWARDING_SYSCTLS,
    sets: new Map(),
    connections: assumed([], "no `conntrack -L` was given, so no connection is known yet"),
    recent: assumed(new Map(), "no recent lists were given, so nothing was seen yet"),
    nth: new Map(),
    now: assumed(0, "no time was given"),
    tracksConnections: assumed(false, "nothing beside these rules is known to track connections"),
  };
}

/** Documentation addresses (RFC 5737, RFC 3849): no real node has them. */
const STAND_INS: readonly (readonly [text: string, length: number])[] = [
  ["192.0.2.1", 24],
  ["2001:db8::1", 64],
];

/**
 * A host of which nothing at all is known: a loopback, and `eth0` that leads everywhere. Its
 * addresses stand for the node's own, so that a masqueraded source can be seen for what it is.
 */
export function defaultHost(): HostState {
  const addresses = STAND_INS.flatMap(([text, length]) => {
    const address = parseAddress(text);
    return address === undefined ? [] : [makeInterfaceAddress(address, length)];
  });
  const interfaces = [LOOPBACK, makeInterface({ name: "eth0", index: 2, mtu: 1500, addresses })];
  return assumedHost(
    interfaces,
    [...routesOfAddresses(interfaces, true), defaultRoute(4, "eth0"), defaultRoute(6, "eth0")],
    {
      interfaces:
        "no `ip -j addr` was given: 192.0.2.1 and 2001:db8::1 on eth0 stand for the node's own, which no rule can know",
      routes: "no `ip -j route` was given: everything is reached by eth0",
    },
  );
}
