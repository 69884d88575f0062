import type { RedirectTarget } from "../../engine/iptables/extensions/redirect-target.js";
import type { Address } from "../../engine/net/ip.js";
import type { HostState, InterfaceAddress } from "../host/types.js";
import { interfaceNamed, isLinkLocal6, isMulticast } from "../walk/address-type.js";
import { endBranch, use, type Branch } from "../walk/branch.js";
import { bind } from "../walk/nat.js";
import type { Walker } from "../walk/world.js";
import type { Effect } from "./effect.js";

const LOOPBACK_4 = 0x7f000001;

/** `nf_nat_redirect.c`: the first address of the incoming interface; loopback for local packets. */
export function redirect(walker: Walker, branch: Branch, target: RedirectTarget): Effect {
  const { host } = walker.world;
  const device = branch.scan?.hook === "OUTPUT" ? undefined : branch.packet.inInterface;
  const address = device === undefined ? loopback(branch) : firstAddress(host, branch, device);
  if (address === undefined) {
    endBranch(branch, "dropped", `REDIRECT: ${device ?? "the interface"} has no address`);
    return "ended";
  }
  bind(branch, {
    side: "destination",
    addresses: { min: address, max: address },
    ports: target.toPorts,
    random: target.random === true,
    persistent: false,
  });
  return "accept";
}

function loopback({ packet }: Branch): Address {
  return packet.family === 4 ? LOOPBACK_4 : 1n;
}

function firstAddress(host: HostState, branch: Branch, device: string): Address | undefined {
  use(branch, "the node's addresses", host.interfaces);
  const addresses = interfaceNamed(host, device)?.addresses ?? [];
  const { family, destination } = branch.packet;
  if (family === 4) return addresses.find(({ address }) => typeof address === "number")?.address;
  const near = isLinkLocal6(destination) || isLinkMulticast(destination);
  const fits = ({ address }: InterfaceAddress): boolean =>
    typeof address === "bigint" && (!near || isLinkLocal6(address));
  return addresses.find(fits)?.address;
}

/** `ff02::/16`, with any flags. */
function isLinkMulticast(address: Address): boolean {
  return isMulticast(address) && typeof address === "bigint" && ((address >> 112n) & 0xfn) === 2n;
}
