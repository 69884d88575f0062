import { ROUTING } from "../match/extension-header.js";
import { isUnknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { isMulticast } from "./address-type.js";
import { answerIcmp } from "./answer.js";
import { endBranch, type Branch } from "./branch.js";
import type { World } from "./world.js";

/** Segment routing and RPL, which a node follows only where it is told to. */
const SEGMENTS = 4;
const RPL = 3;
/** ICMPv6 "parameter problem: erroneous header field". */
const PARAMETER_PROBLEM = 4;

/**
 * A node is no stop on another's way: what reaches it with segments left is refused
 * (`exthdrs.c: ipv6_rthdr_rcv`), after INPUT.
 */
export function refuseRouting(world: World, branch: Branch): void {
  const { packet } = branch;
  const routing = routingOf(packet);
  if (routing === undefined) return undefined;
  if (routing.type === SEGMENTS || routing.type === RPL) {
    return endBranch(branch, "dropped", "segment routing is off on the node");
  }
  if (isMulticast(packet.destination)) {
    return endBranch(branch, "dropped", "a routing header to a multicast group");
  }
  if (routing.segmentsLeft === 0) return undefined;
  const why = "the node follows no routing header";
  return endBranch(branch, "dropped", why, answerIcmp(world, packet, PARAMETER_PROBLEM, 0));
}

function routingOf({ extensionHeaders }: Packet) {
  if (isUnknown(extensionHeaders)) return undefined;
  return extensionHeaders.find(({ header }) => header === ROUTING)?.routing;
}
