import type { Address } from "../../engine/net/ip.js";
import type { HostState, Route } from "../../tracer/host/types.js";

/** What a node's routes tell the linear scan, IPv4 only; the longest prefixes first. */
export interface LinearNode {
  readonly localMask: Int32Array;
  readonly localValue: Int32Array;
  readonly routeMask: Int32Array;
  readonly routeValue: Int32Array;
  /** The source address that a masqueraded packet gets on each route. */
  readonly routeSource: Int32Array;
}

export function nodeOf({ routes, interfaces }: HostState): LinearNode {
  const four = routes.value
    .filter(({ destination }) => typeof destination.address === "number")
    .sort((left, right) => Number(right.destination.mask) - Number(left.destination.mask));
  const local = four.filter(({ type }) => type === "local");
  const others = four.filter(({ type }) => type === "unicast");
  const sourceOf = ({ hops }: Route): number => {
    const device = interfaces.value.find(({ name }) => name === hops[0]?.device);
    const own = device?.addresses.find(({ address }) => typeof address === "number");
    return own === undefined ? 0 : number4(own.address);
  };
  return {
    localMask: Int32Array.from(local, ({ destination }) => number4(destination.mask)),
    localValue: Int32Array.from(local, ({ destination }) => number4(destination.address)),
    routeMask: Int32Array.from(others, ({ destination }) => number4(destination.mask)),
    routeValue: Int32Array.from(others, ({ destination }) => number4(destination.address)),
    routeSource: Int32Array.from(others, sourceOf),
  };
}

export function isLocal({ localMask, localValue }: LinearNode, address: number): boolean {
  for (let at = 0; at < localMask.length; at++) {
    if ((address & (localMask[at] ?? 0)) === localValue[at]) return true;
  }
  return false;
}

/** Of the route to this address, or -1: there is none. */
export function routeTo({ routeMask, routeValue }: LinearNode, address: number): number {
  for (let at = 0; at < routeMask.length; at++) {
    if ((address & (routeMask[at] ?? 0)) === routeValue[at]) return at;
  }
  return -1;
}

/** As arrays of 32-bit numbers have it, signed. */
export function number4(address: Address): number {
  if (typeof address !== "number") throw new Error("the linear scan does not know IPv6");
  return address | 0;
}
