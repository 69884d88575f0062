import { formatAddress } from "../../engine/net/ip.js";
import { record, refuseToSend, type Branch } from "./branch.js";
import { isLoopback, isMulticast, LIMITED_BROADCAST } from "./address-type.js";
import { ask, choose, flowOf, sendBy } from "./route.js";
import { readEither } from "./sysctls.js";
import type { Walker } from "./world.js";

/** Errors that the sending program sees. */
const ERRORS = {
  none: "ENETUNREACH",
  blackhole: "EINVAL",
  unreachable: "EHOSTUNREACH",
  prohibit: "EACCES",
} as const;

/**
 * Chooses the way of a packet that the node makes itself, and again after OUTPUT changed it
 * (`route.c: ip_route_output_key`, `netfilter.c: ip_route_me_harder`). The source address stays.
 */
export function routeOut(walker: Walker, branch: Branch): void {
  const { packet } = branch;
  if (packet.destination === 0) return sendWithoutRoute(branch, "lo", "0.0.0.0 is the node itself");
  const own = deviceOfSource(walker, branch);
  if (own !== undefined) {
    return sendWithoutRoute(branch, own, `${own} has the source of what goes to many`);
  }
  const found = ask(walker.world, branch, flowOf(packet, "lo", packet.source));
  const to = formatAddress(packet.destination);
  if (found.kind === "refused")
    return fail(branch, `the route to ${to} is ${found.as}`, ERRORS[found.as]);
  if (found.kind === "none") return fail(branch, `no route to ${to}`, ERRORS.none);
  const { route } = found;
  if (route.type === "local" || route.type === "anycast") {
    const hop = { via: undefined, device: "lo", weight: 1 };
    return sendBy(branch, "out", { route, hop });
  }
  const chosen = choose(walker, branch, route);
  if (branch.end !== undefined) return undefined;
  if (chosen === undefined) return fail(branch, `the route to ${to} has no next hop`, ERRORS.none);
  if (isFromLoopback(walker, branch, chosen.hop.device)) {
    return fail(branch, "a packet from 127.0.0.0/8 cannot leave with route_localnet off", "EINVAL");
  }
  return sendBy(branch, "out", chosen);
}

/** What goes to many leaves by the interface that has its source, whatever the routes. */
function deviceOfSource({ world }: Walker, { packet }: Branch): string | undefined {
  const { family, source, destination } = packet;
  const many = isMulticast(destination) || destination === LIMITED_BROADCAST;
  if (family !== 4 || !many) return undefined;
  const { value } = world.host.interfaces;
  return value.find(({ addresses }) => addresses.some(({ address }) => address === source))?.name;
}

function sendWithoutRoute(branch: Branch, device: string, why: string): void {
  branch.chosen = undefined;
  branch.out = device;
  record(branch, { kind: "routed", decision: "out", device, route: undefined, why });
}

function isFromLoopback({ world }: Walker, branch: Branch, device: string): boolean {
  const { family, source } = branch.packet;
  if (family !== 4 || !isLoopback(source) || device === "lo") return false;
  return !readEither(branch, world.host, "route_localnet", device);
}

function fail(branch: Branch, why: string, error: string): void {
  record(branch, { kind: "routed", decision: "none", device: undefined, route: undefined, why });
  refuseToSend(branch, why, error);
}
