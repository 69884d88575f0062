import type { Address } from "../../engine/net/ip.js";
import { makePrefix, maskOfLength, prefixContains } from "../../engine/net/prefix.js";
import type { HostState, Interface, InterfaceAddress } from "../host/types.js";
import { interfaceNamed } from "./address-type.js";

/**
 * The IPv4 address that a device has towards a neighbour (`devinet.c: inet_select_addr`): the first
 * primary one in the neighbour's subnet, else its first, else another device's.
 */
export function sourceFor4(
  host: HostState,
  device: string | undefined,
  towards: Address,
): Address | undefined {
  const own = device === undefined ? undefined : interfaceNamed(host, device);
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
