import type { NetmapTarget } from "../../engine/iptables/extensions/netmap-target.js";
import type { Address } from "../../engine/net/ip.js";
import { ALL_ONES_4, ALL_ONES_6 } from "../../engine/net/ip.js";
import { andAddress, type Prefix } from "../../engine/net/prefix.js";
import type { Branch } from "../walk/branch.js";
import { bind } from "../walk/nat.js";
import type { Effect } from "./effect.js";

/** `xt_NETMAP.c`: the network's bits are replaced, the host's stay; which side the hook tells. */
export function netmap(branch: Branch, { to }: NetmapTarget): Effect {
  if (to === undefined) return "accept";
  const hook = branch.scan?.hook;
  const side = hook === "PREROUTING" || hook === "OUTPUT" ? "destination" : "source";
  const address = moved(branch.packet[side], to);
  bind(branch, {
    side,
    addresses: { min: address, max: address },
    ports: undefined,
    random: false,
    persistent: false,
  });
  return "accept";
}

function moved(address: Address, { address: network, mask }: Prefix): Address {
  if (typeof mask === "number") {
    return (Number(network) | Number(andAddress(address, ALL_ONES_4 - mask))) >>> 0;
  }
  return BigInt(network) | BigInt(andAddress(address, ALL_ONES_6 - mask));
}
