import { formatAddress, type Address } from "../../engine/net/ip.js";
import type { HostState } from "../host/types.js";
import { endBranch, record, type Branch } from "./branch.js";
import { isLoopback, isMulticast, LIMITED_BROADCAST } from "./address-type.js";
import { answerIcmp } from "./answer.js";
import { ask, choose, flowOf, sendBy } from "./route.js";
import { spoofed } from "./source-check.js";
import { readEither, readSysctl } from "./sysctls.js";
import { suppose } from "./suppose.js";
import type { Walker } from "./world.js";

export type InputDecision = "local" | "forward" | "ended";

/** Where a packet goes that came in from outside (`route.c: ip_route_input_slow`). */
export function routeIn(walker: Walker, branch: Branch): InputDecision {
  return branch.packet.family === 4 ? routeIn4(walker, branch) : routeIn6(walker, branch);
}

function routeIn4(walker: Walker, branch: Branch): InputDecision {
  const { packet } = branch;
  const { host } = walker.world;
  const device = packet.inInterface ?? "lo";
  const martian = martianEndpoint(branch, host, device);
  if (martian !== undefined) return dropMartian(branch, martian);
  if (isForMany(packet.destination)) {
    return toMany(walker, branch, device);
  }
  const found = ask(walker.world, branch, flowOf(packet, device, packet.source));
  if (found.kind === "route" && found.route.type === "broadcast") {
    return localUnlessSpoofed(walker, branch, device, "a broadcast address of the node");
  }
  if (found.kind === "route" && found.route.type === "local") {
    return localUnlessSpoofed(walker, branch, device, "an address of the node");
  }
  if (!forwards(branch, host, device)) return drop(branch, "the node does not forward packets");
  if (found.kind !== "route")
    return refuse(walker, branch, found.kind === "none" ? "none" : found.as);
  const bad = spoofed(walker, branch, device, found.route);
  if (bad !== undefined) return dropMartian(branch, bad);
  return forward(walker, branch, found.route);
}

function localUnlessSpoofed(
  walker: Walker,
  branch: Branch,
  device: string,
  why: string,
): InputDecision {
  const bad = spoofed(walker, branch, device, undefined);
  return bad === undefined ? local(branch, why) : dropMartian(branch, bad);
}

/** What asks no route; 0.0.0.0 was the limited broadcast of old, and comes here from 0.0.0.0 alone. */
function isForMany(destination: Address): boolean {
  return destination === LIMITED_BROADCAST || destination === 0 || isMulticast(destination);
}

/**
 * The source of what goes to many is validated all the same, unless the sender has no address yet
 * (`route.c: ip_mc_validate_source`, and `brd_input` of `ip_route_input_slow`).
 */
function toMany(walker: Walker, branch: Branch, device: string): InputDecision {
  const { source, destination } = branch.packet;
  const bad = source === 0 ? undefined : spoofed(walker, branch, device, undefined);
  if (bad !== undefined) return dropMartian(branch, bad);
  return isMulticast(destination) ? joined(walker, branch) : local(branch, "limited broadcast");
}

/** 224.0.0.0/24, which never leaves the link (`ipv4_is_local_multicast`). */
function isLinkGroup(destination: Address): boolean {
  return typeof destination === "number" && destination >>> 8 === 0xe00000;
}

function forward(
  walker: Walker,
  branch: Branch,
  route: Parameters<typeof choose>[2],
): InputDecision {
  const chosen = choose(walker, branch, route);
  if (branch.end !== undefined) return "ended";
  if (chosen === undefined) return drop(branch, "the route has no next hop");
  sendBy(branch, "forward", chosen);
  return "forward";
}

function forwards(branch: Branch, host: HostState, device: string): boolean {
  const own = host.sysctls.get(`net.ipv4.conf.${device}.forwarding`);
  if (own?.kind === "given") return own.value !== 0;
  return readSysctl(branch, host, "net.ipv4.ip_forward") !== 0;
}

function local(branch: Branch, why: string): InputDecision {
  record(branch, { kind: "routed", decision: "local", device: undefined, route: undefined, why });
  return "local";
}

function drop(branch: Branch, why: string): InputDecision {
  record(branch, { kind: "routed", decision: "none", device: undefined, route: undefined, why });
  endBranch(branch, "dropped", why);
  return "ended";
}

function dropMartian(branch: Branch, why: string): InputDecision {
  return drop(branch, `martian: ${why}`);
}

/** Addresses that no packet from outside may carry, whatever the routes. */
function martianEndpoint(branch: Branch, host: HostState, device: string): string | undefined {
  const { source, destination } = branch.packet;
  if (isMulticast(source)) return "the source is a multicast address";
  if (source === LIMITED_BROADCAST) return "the source is the broadcast address";
  if (destination === LIMITED_BROADCAST) return undefined;
  if (source === 0 && (destination === 0 || isLinkGroup(destination))) return undefined;
  if (source === 0) return "the source is 0.0.0.0";
  if (destination === 0) return "the destination is 0.0.0.0";
  if (device === "lo" || (!isLoopback(source) && !isLoopback(destination))) return undefined;
  if (readEither(branch, host, "route_localnet", device)) return undefined;
  return `127.0.0.0/8 from outside, with route_localnet off on ${device}`;
}

/** 224.0.0.1 and ff02::1 reach every node, other groups those that joined. */
function joined(walker: Walker, branch: Branch): InputDecision {
  const { destination } = branch.packet;
  if (destination === 0xe0000001) return local(branch, "the group of all hosts");
  const group = formatAddress(destination);
  const question = {
    kind: "group",
    name: group,
    what: `the node has joined the multicast group ${group}`,
    why: "the node's multicast groups are not given",
    key: `group ${group}`,
  };
  const member = suppose(walker, branch, question, (other) => {
    drop(other, `the node has not joined ${group} and routes no multicast`);
  });
  if (branch.end !== undefined) return "ended";
  if (!member) return drop(branch, `the node has not joined ${group} and routes no multicast`);
  return local(branch, "a multicast group of the node");
}

type Refusal = "none" | "blackhole" | "unreachable" | "prohibit";

/** Code of ICMP type 3 (IPv4) and ICMPv6 type 1, by what the routing tables said. */
const REFUSALS: Readonly<
  Record<Exclude<Refusal, "blackhole">, { readonly 4: number; readonly 6: number }>
> = {
  none: { 4: 0, 6: 0 },
  unreachable: { 4: 1, 6: 0 },
  prohibit: { 4: 13, 6: 1 },
};

function refuse(walker: Walker, branch: Branch, as: Refusal): InputDecision {
  const { packet } = branch;
  const to = formatAddress(packet.destination);
  const why = as === "none" ? `no route to ${to}` : `the route to ${to} is ${as}`;
  record(branch, { kind: "routed", decision: "none", device: undefined, route: undefined, why });
  if (as === "blackhole") endBranch(branch, "unrouted", why);
  else {
    const type = packet.family === 4 ? 3 : 1;
    const answer = answerIcmp(walker.world, packet, type, REFUSALS[as][packet.family]);
    endBranch(branch, "unrouted", why, answer);
  }
  return "ended";
}

/** `route.c: ip6_route_input`; IPv6 knows no martians beside ::1, which never comes this far. */
function routeIn6(walker: Walker, branch: Branch): InputDecision {
  const { packet } = branch;
  const { host } = walker.world;
  const device = packet.inInterface ?? "lo";
  if (isMulticast(packet.destination)) {
    const all = typeof packet.destination === "bigint" && (packet.destination & 0xffffn) === 1n;
    return all ? local(branch, "the group of all nodes") : joined(walker, branch);
  }
  const flow = flowOf(packet, device, packet.source);
  const strict = staysOnLink(packet.destination) ? { ...flow, outInterface: device } : flow;
  const found = ask(walker.world, branch, strict);
  if (found.kind !== "route")
    return refuse(walker, branch, found.kind === "none" ? "none" : found.as);
  if (found.route.type === "local" || found.route.type === "anycast") {
    return local(branch, "an address of the node");
  }
  if (readSysctl(branch, host, "net.ipv6.conf.all.forwarding") === 0) {
    return drop(branch, "the node does not forward packets");
  }
  return forward(walker, branch, found.route);
}

/** Link-local addresses and ::1 are looked for on the incoming device alone (`rt6_need_strict`). */
function staysOnLink(address: Address): boolean {
  return address === 1n || (typeof address === "bigint" && address >> 118n === 0xfe80n >> 6n);
}
