import type { AddressType, AddrtypeMatch } from "../../engine/iptables/extensions/addrtype.js";
import type { Negatable } from "../../engine/iptables/types.js";
import type { Address } from "../../engine/net/ip.js";
import type { HostState } from "../host/types.js";
import { use, type Branch } from "../walk/branch.js";
import { addressType4, hasAddressTypes6 } from "../walk/address-type.js";
import { all, negatedIf, truth, type Truth } from "./truth.js";

/** `xt_addrtype.c: addrtype_mt_v1`. */
export function addrtypeMatches(match: AddrtypeMatch, branch: Branch, host: HostState): Truth {
  const device = limitedTo(match, branch);
  use(branch, "the node's addresses", host.interfaces);
  return all([
    hasType(match.srcType, branch.packet.source, host, device),
    hasType(match.dstType, branch.packet.destination, host, device),
  ]);
}

function limitedTo(match: AddrtypeMatch, branch: Branch): string | undefined {
  if (match.limitIfaceIn === true) return branch.packet.inInterface;
  return match.limitIfaceOut === true ? branch.seenOut : undefined;
}

function hasType(
  wanted: Negatable<readonly AddressType[]> | undefined,
  address: Address,
  host: HostState,
  device: string | undefined,
): Truth {
  if (wanted === undefined) return "yes";
  const holds =
    typeof address === "number"
      ? wanted.value.includes(addressType4(host, address, device))
      : hasAddressTypes6(host, address, device, wanted.value);
  return negatedIf(wanted.not, truth(holds));
}
