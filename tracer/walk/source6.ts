import type { Address } from "../../engine/net/ip.js";
import type { HostState, InterfaceAddress } from "../host/types.js";
import { isLinkLocal6, isLoopback, isMulticast } from "./address-type.js";

const LINK_SCOPE = 2;

interface Candidate {
  readonly own: InterfaceAddress;
  readonly device: string;
}

/**
 * The source address that IPv6 chooses towards a destination (RFC 6724, `addrconf.c:
 * ipv6_dev_get_saddr`): same address, fitting scope, not deprecated, outgoing interface, longest
 * common prefix; the first of equals. Towards multicast and what is on the link, only the outgoing
 * interface's own addresses count.
 */
export function sourceFor6(
  host: HostState,
  device: string | undefined,
  destination: Address,
): Address | undefined {
  if (typeof destination !== "bigint") return undefined;
  const near = isMulticast(destination) || scopeOf(destination) <= LINK_SCOPE;
  const candidates: readonly Candidate[] = host.interfaces.value.flatMap(({ name, addresses }) =>
    addresses
      .filter(({ address }) => typeof address === "bigint")
      .filter(({ address }) => name === device || !(near || isLinkLocal6(address)))
      .map((own) => ({ own, device: name })),
  );
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (best === undefined || compare(candidate, best, device, destination) > 0) best = candidate;
  }
  return best?.own.address;
}

/** Above 0: `left` is the better one. */
function compare(
  left: Candidate,
  right: Candidate,
  device: string | undefined,
  destination: bigint,
): number {
  const measures: readonly ((candidate: Candidate) => number)[] = [
    ({ own }) => Number(own.address === destination),
    ({ own }) => scopeFit(own.address, destination),
    ({ own }) => Number(!own.deprecated),
    (candidate) => Number(candidate.device === device),
    ({ own }) => commonBits(own, destination),
  ];
  for (const measure of measures) {
    const more = measure(left) - measure(right);
    if (more !== 0) return more;
  }
  return 0;
}

/** The smallest scope that still reaches the destination is best. */
function scopeFit(source: Address, destination: bigint): number {
  const own = scopeOf(source);
  const wanted = scopeOf(destination);
  return own >= wanted ? 32 - own : own - 32;
}

/** As RFC 4291 numbers multicast scopes: 1 interface, 2 link, 14 global. */
function scopeOf(address: Address): number {
  if (typeof address !== "bigint") return 14;
  if (isMulticast(address)) return Number((address >> 112n) & 0xfn);
  if (isLoopback(address) || isLinkLocal6(address)) return LINK_SCOPE;
  return 14;
}

function commonBits({ address, prefixLength }: InterfaceAddress, destination: bigint): number {
  const differing = BigInt(address) ^ destination;
  const common = differing === 0n ? 128 : 128 - differing.toString(2).length;
  return Math.min(common, prefixLength);
}
