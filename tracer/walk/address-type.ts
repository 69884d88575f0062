import type { AddressType } from "../../engine/iptables/extensions/addrtype.js";
import type { Address } from "../../engine/net/ip.js";
import { LOCAL_TABLE, type HostState, type Interface } from "../host/types.js";
import { bestRoute, lookUp } from "./fib.js";

export const LIMITED_BROADCAST = 0xffffffff;

export function isLoopback(address: Address): boolean {
  return typeof address === "number" ? address >>> 24 === 127 : address === 1n;
}

export function isMulticast(address: Address): boolean {
  return typeof address === "number" ? address >>> 28 === 14 : address >> 120n === 0xffn;
}

export function isLinkLocal6(address: Address): boolean {
  return typeof address === "bigint" && address >> 118n === 0x3fan;
}

/**
 * IPv4 (`fib_frontend.c: inet_dev_addr_type`): only the local table is asked, so that an address
 * nothing routes to is UNICAST all the same. With `device`, addresses of others do not count.
 */
export function addressType4(
  host: HostState,
  address: number,
  device: string | undefined,
): AddressType {
  if (address === 0 || address === LIMITED_BROADCAST) return "BROADCAST";
  if (isMulticast(address)) return "MULTICAST";
  const asked = { destination: address, tos: 0, outInterface: undefined };
  const route = bestRoute(host.routes.value, LOCAL_TABLE, asked);
  if (route === undefined) return "UNICAST";
  if (device !== undefined && route.hops[0]?.device !== device) return "UNICAST";
  return route.type === "local" ? "LOCAL" : route.type === "broadcast" ? "BROADCAST" : "UNICAST";
}

/**
 * IPv6 (`xt_addrtype.c: match_type6`): every type asked for must hold, and those that need a route
 * are asked of all tables.
 */
export function hasAddressTypes6(
  host: HostState,
  address: bigint,
  device: string | undefined,
  types: readonly AddressType[],
): boolean {
  if (types.includes("MULTICAST") && !isMulticast(address)) return false;
  if (types.includes("UNICAST") && !isUnicast6(address)) return false;
  if (types.includes("UNSPEC") && address !== 0n) return false;
  const routed = types.filter((type) => ROUTED_6.has(type));
  if (routed.length === 0) return true;
  const found = routedTypes6(host, address, device);
  return routed.some((type) => found.includes(type));
}

const ROUTED_6: ReadonlySet<AddressType> = new Set(["LOCAL", "ANYCAST", "UNREACHABLE"]);

function isUnicast6(address: bigint): boolean {
  return address !== 0n && !isMulticast(address) && address >> 32n !== 0xffffn;
}

function routedTypes6(
  host: HostState,
  address: bigint,
  device: string | undefined,
): readonly AddressType[] {
  const types: AddressType[] = [];
  if (device !== undefined && ownsOn(host, address, device)) types.push("LOCAL");
  const found = lookUp(host, {
    family: 6,
    source: undefined,
    destination: address,
    inInterface: "lo",
    outInterface: device,
    mark: 0,
    tos: 0,
    protocol: 0,
    sourcePort: undefined,
    destinationPort: undefined,
    uid: undefined,
  });
  if (found.kind !== "route") return [...types, "UNREACHABLE"];
  if (device === undefined && found.route.type === "local") types.push("LOCAL");
  if (found.route.type === "anycast") types.push("ANYCAST");
  return types;
}

export function interfaceNamed(host: HostState, name: string): Interface | undefined {
  return host.interfaces.value.find((known) => known.name === name);
}

function ownsOn(host: HostState, address: Address, device: string): boolean {
  const known = interfaceNamed(host, device);
  return known !== undefined && known.addresses.some((own) => own.address === address);
}

/** An address of the node itself, on whatever interface. */
export function isOwnAddress(host: HostState, address: Address): boolean {
  return host.interfaces.value.some(({ addresses }) =>
    addresses.some((own) => own.address === address),
  );
}
