import type { MasqueradeTarget } from "../../engine/iptables/extensions/masquerade-target.js";
import { endBranch, use, type Branch } from "../walk/branch.js";
import { sourceFor4 } from "../walk/source4.js";
import { sourceFor6 } from "../walk/source6.js";
import { bind } from "../walk/nat.js";
import type { Walker } from "../walk/world.js";
import type { Effect } from "./effect.js";

/**
 * `nf_nat_masquerade.c`: the address that the outgoing interface has towards the next hop; a route's
 * `src` has no say.
 */
export function masquerade(walker: Walker, branch: Branch, target: MasqueradeTarget): Effect {
  const { packet } = branch;
  if (packet.source === 0) return "accept";
  const { host } = walker.world;
  use(branch, "the node's addresses", host.interfaces);
  const address =
    packet.family === 4
      ? sourceFor4(host, branch.out, branch.chosen?.hop.via ?? packet.destination)
      : sourceFor6(host, branch.out, packet.destination);
  if (address === undefined) {
    endBranch(
      branch,
      "dropped",
      `MASQUERADE: the node has no address to use on ${branch.out ?? "?"}`,
    );
    return "ended";
  }
  bind(branch, {
    side: "source",
    addresses: { min: address, max: address },
    ports: target.toPorts,
    random: target.random === true || target.randomFully === true,
    persistent: false,
  });
  return "accept";
}
