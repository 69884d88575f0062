import type { DevgroupMatch } from "../../engine/iptables/extensions/devgroup.js";
import type { HostState } from "../host/types.js";
import { unknown } from "../packet/field.js";
import { interfaceNamed } from "../walk/address-type.js";
import type { Branch } from "../walk/branch.js";
import { all, negatedIf, truth, type Truth } from "./truth.js";

/** `xt_devgroup.c: devgroup_mt`: the groups of the devices that it came in and leaves by. */
export function devgroupMatches(
  { source, destination }: DevgroupMatch,
  { packet, seenOut }: Branch,
  host: HostState,
): Truth {
  return all([
    groupMatches(source, packet.inInterface, host),
    groupMatches(destination, seenOut, host),
  ]);
}

function groupMatches(
  wanted: DevgroupMatch["source"],
  device: string | undefined,
  host: HostState,
): Truth {
  if (wanted === undefined) return "yes";
  const group = device === undefined ? undefined : interfaceNamed(host, device)?.group;
  if (group === undefined) return unknown(`the group of the device ${device ?? ""} is not given`);
  const { value, mask } = wanted.value;
  return negatedIf(wanted.not, truth((group & mask) >>> 0 === value));
}
