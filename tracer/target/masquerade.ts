import type { MasqueradeTarget } from "../../engine/iptables/extensions/masquerade-target.js";
import type { Address } from "../../engine/net/ip.js";
import { makePrefix, maskOfLength, prefixContains } from "../../engine/net/prefix.js";
import type { HostState, Interface, InterfaceAddress } from "../host/types.js";
import { endBranch, use, type Branch } from "../walk/branch.js";
import { interfaceNamed } from "../walk/address-type.js";
import { sourceFor6 } from "../walk/source6.js";
import { bind } from "../walk/nat.js";
import type { Walker } from "../walk/world.js";
import type { Effect } from "./effect.js";

/** `nf_nat_masquerade.c`: the address that the outgoing interface has towards the next hop. */
export function masquerade(walker: Walker, branch: Branch, target: MasqueradeTarget): Effect {
  const { packet } = branch;
  if (packet.source === 0) return "accept";
  const { host } = walker.world;
  use(branch, "the node's addresses", host.interfaces);
  const address =
    packet.family === 4
      ? masqueradeAddress4(host, branch)
      : sourceFor6(host, branch.out, packet.destination);
  if (address === undefined) {
    endBranch(
      branch,
      "dropped",
      `MASQUERADE: the node has no address to use on ${branch.out ?? "?"}`,
    );
    return "ended";
  }
  bind(walker, branch, {
    side: "source",
    addresses: { min: address, max: address },
    ports: target.toPorts,
    random: target.random === true || target.randomFully === true,
    persistent: false,
  });
  return "accept";
}

/** `devinet.c: inet_select_addr`; a route's `src` has no say. */
function masqueradeAddress4(host: HostState, branch: Branch): Address | undefined {
  const towards = branch.chosen?.hop.via ?? branch.packet.destination;
  const own = branch.out === undefined ? undefined : interfaceNamed(host, branch.out);
  const primary = own === undefined ? [] : candidates(own);
  const fitting = primary.find((known) => inSubnet(known, towards)) ?? primary[0];
  if (fitting !== undefined) return fitting.address;
  return host.interfaces.value.flatMap(candidates).at(0)?.address;
}

function candidates({ addresses }: Interface): readonly InterfaceAddress[] {
  return addresses.filter(
    ({ address, secondary, scope }) =>
      typeof address === "number" && !secondary && scope === "global",
  );
}

function inSubnet({ address, prefixLength, peer }: InterfaceAddress, towards: Address): boolean {
  const mask = maskOfLength(4, prefixLength);
  return prefixContains(makePrefix(peer ?? address, mask), towards);
}
