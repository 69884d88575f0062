import { isUnknown } from "../packet/field.js";
import { interfaceNamed, isLinkLocal6, isLoopback } from "./address-type.js";
import { answerIcmp } from "./answer.js";
import { endBranch, rewrite, type Branch } from "./branch.js";
import type { World } from "./world.js";

/**
 * What is decided before any FORWARD rule, and the time to live that forwarding takes
 * (`ip_forward.c: ip_forward`, `ip6_output.c: ip6_forward`).
 */
export function prepareForward(world: World, branch: Branch): void {
  if (branch.proxied) {
    return endBranch(branch, "dropped", "what TPROXY gave to a socket is not forwarded");
  }
  if (isWithoutSource(branch)) {
    return endBranch(branch, "dropped", "a packet without a proper source is not forwarded");
  }
  const { packet } = branch;
  if (isLinkLocal6(packet.source)) {
    const answer = answerIcmp(world, packet, 1, 2);
    return endBranch(branch, "unrouted", "a link-local source is not forwarded", answer);
  }
  if (!isUnknown(packet.ttl) && packet.ttl <= 1) {
    const answer = answerIcmp(world, packet, packet.family === 4 ? 11 : 3, 0);
    return endBranch(branch, "dropped", "its time to live is over", answer);
  }
  const limit = tooLongFor(world, branch);
  if (limit !== undefined) {
    const [type, code] = packet.family === 4 ? [3, 4] : [2, 0];
    const answer = answerIcmp(world, packet, type, code);
    return endBranch(branch, "dropped", `it is longer than ${limit} octets`, answer);
  }
  if (!isUnknown(packet.ttl)) rewrite(branch, "forwarding", { ttl: packet.ttl - 1 });
  return undefined;
}

function isWithoutSource({ packet }: Branch): boolean {
  return packet.family === 6 && (packet.source === 0n || isLoopback(packet.source));
}

/** The next link's MTU, where the packet exceeds it and must not be cut. */
function tooLongFor({ host }: World, { packet, out }: Branch): number | undefined {
  const mtu = out === undefined ? undefined : interfaceNamed(host, out)?.mtu;
  if (mtu === undefined || isUnknown(packet.length) || packet.length <= mtu) return undefined;
  return packet.family === 6 || packet.dontFragment === true ? mtu : undefined;
}
