import { formatAddress, type Address } from "../../engine/net/ip.js";
import { isUnknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import type { NextHop, Route } from "../host/types.js";
import { record, use, type Branch, type Chosen } from "./branch.js";
import { lookUp, type Flow, type Lookup } from "./fib.js";
import { suppose } from "./suppose.js";
import type { Walker, World } from "./world.js";

export function flowOf(packet: Packet, inInterface: string, source: Address | undefined): Flow {
  return {
    family: packet.family,
    source,
    destination: packet.destination,
    inInterface,
    outInterface: undefined,
    mark: packet.mark,
    tos: isUnknown(packet.tos) ? 0 : packet.tos & 0x1e,
    protocol: packet.protocol,
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    // What no program of this node sent is looked up in root's name (`sock_net_uid`).
    uid: packet.sender === undefined ? 0 : packet.sender.uid,
  };
}

/** Asks the routing tables on behalf of a branch, which notes what was assumed. */
export function ask(world: World, branch: Branch, flow: Flow): Lookup {
  use(branch, "the node's routing rules", world.host.routingRules[flow.family]);
  use(branch, "the node's routes", world.host.routes);
  return lookUp(world.host, flow);
}

/** One next hop of the route; which of several, only the kernel's hash knows. */
export function choose(walker: Walker, branch: Branch, route: Route): Chosen | undefined {
  const [first, ...others] = route.hops;
  if (first === undefined) return undefined;
  for (const [index, hop] of [first, ...others].entries()) {
    if (index === route.hops.length - 1) return { route, hop };
    const question = {
      kind: "nexthop",
      name: hop.device,
      what: `the multipath hash picks ${describeHop(hop)}`,
      why: "the route has several next hops",
      key: `nexthop ${route.table} ${String(route.destination.address)} ${describeHop(hop)}`,
    };
    const here = suppose(walker, branch, question, () => undefined);
    if (branch.end !== undefined) return undefined;
    if (here) return { route, hop };
  }
  return undefined;
}

function describeHop({ via, device }: NextHop): string {
  return via === undefined ? device : `${device} via ${formatAddress(via)}`;
}

/** Notes the decision for a packet that leaves by an interface. */
export function sendBy(branch: Branch, decision: "forward" | "out", chosen: Chosen): void {
  branch.chosen = chosen;
  branch.out = chosen.hop.device;
  const why = `${describeRoute(chosen.route)} by ${describeHop(chosen.hop)}`;
  record(branch, {
    kind: "routed",
    decision,
    device: chosen.hop.device,
    route: chosen.route,
    why,
  });
}

function describeRoute(route: Route): string {
  const { destination } = route;
  return destination.mask === 0 || destination.mask === 0n
    ? "the default route"
    : `the route to ${formatAddress(destination.address)}`;
}
