import { formatAddress } from "../../engine/net/ip.js";
import { lengthOfMask } from "../../engine/net/prefix.js";
import type { HostState, Route } from "../host/types.js";
import { defaultRoutingRules } from "../host/read-routing-rules.js";
import { isLoopback, isOwnAddress } from "./address-type.js";
import type { Branch } from "./branch.js";
import { lookUp } from "./fib.js";
import { flowOf } from "./route.js";
import { readEither, readMaximum } from "./sysctls.js";
import type { Walker } from "./world.js";

/**
 * Why the source cannot be real (`fib_frontend.c: fib_validate_source`), of a packet that is routed
 * to `to`, or comes to the node itself. `rp_filter` is read only where it makes a difference, so that
 * an assumed value is told only where it mattered.
 */
export function spoofed(
  walker: Walker,
  branch: Branch,
  device: string,
  to: Route | undefined,
): string | undefined {
  const { host } = walker.world;
  const { source } = branch.packet;
  if (device === "lo") return undefined;
  if (isOwnAddress(host, source) && !readEither(branch, host, "accept_local", device)) {
    return "the source is an address of the node itself";
  }
  const back = wayBack(walker, branch, device);
  if (back === "by the same device") return undefined;
  if (back === "no host's address" && looksClosely(branch, host, device, to)) {
    return "the source is no host's address";
  }
  const strictness = readMaximum(branch, host, "rp_filter", device);
  if (strictness === 0) return undefined;
  switch (back) {
    case "none":
      return "rp_filter: there is no route back to the source";
    case "no host's address":
      return "rp_filter: the source is no host's address";
    case "by another device":
      return strictness === 1
        ? `rp_filter: the way back to ${formatAddress(source)} is not by ${device}`
        : undefined;
  }
}

/**
 * Without `rp_filter` the kernel looks the source up only if realms are in use, the packet would leave
 * as it came with `send_redirects` on, or there are local routes or routing rules of the user's.
 */
function looksClosely(
  branch: Branch,
  host: HostState,
  device: string,
  to: Route | undefined,
): boolean {
  const routes = host.routes.value;
  if (routes.some(({ realms }) => realms !== undefined)) return true;
  if (host.routingRules[4].value.length !== defaultRoutingRules(4).length) return true;
  const own = ({ type, destination: { address, mask } }: Route) =>
    type !== "local" ||
    isLoopback(address) ||
    (lengthOfMask(mask) === 32 && isOwnAddress(host, address));
  if (routes.some((route) => typeof route.destination.address === "number" && !own(route))) {
    return true;
  }
  const returns = to?.hops.some((hop) => hop.device === device) === true;
  return returns && readEither(branch, host, "send_redirects", device);
}

type WayBack = "none" | "no host's address" | "by another device" | "by the same device";

/** The mark counts with `src_valid_mark` alone, which is read where it makes a difference. */
function wayBack({ world: { host } }: Walker, branch: Branch, device: string): WayBack {
  const plain = wayBackWith(host, branch, device, 0);
  const { mark } = branch.packet;
  const marked = mark === 0 ? plain : wayBackWith(host, branch, device, mark);
  if (marked === plain) return plain;
  return readEither(branch, host, "src_valid_mark", device) ? marked : plain;
}

function wayBackWith(host: HostState, branch: Branch, device: string, mark: number): WayBack {
  const { packet } = branch;
  const back = lookUp(host, {
    ...flowOf(packet, device, packet.destination),
    destination: packet.source,
    mark,
  });
  if (back.kind !== "route") return "none";
  const { type } = back.route;
  const local = type === "local" && readEither(branch, host, "accept_local", device);
  if (type !== "unicast" && !local) return "no host's address";
  const same = back.route.hops.some((hop) => hop.device === device);
  return same ? "by the same device" : "by another device";
}
