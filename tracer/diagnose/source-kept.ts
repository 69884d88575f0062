import type { Rule } from "../../engine/iptables/types.js";
import type { Address } from "../../engine/net/ip.js";
import { familyOf } from "../../engine/net/ip.js";
import { makePrefix, maskOfLength, prefixContains, type Prefix } from "../../engine/net/prefix.js";
import type { HostState } from "../host/types.js";
import type { OutcomeGroup } from "../odds/group.js";
import type { Place } from "../walk/events.js";
import { tablesNamed, type World } from "../walk/world.js";
import { judge } from "./aspects.js";

/**
 * A packet that was given another receiver, kept its sender, and left by the interface it came by:
 * the answer need not pass this node, and then reaches the sender from an address that it never
 * asked for.
 */
export interface SourceKept {
  readonly device: string;
  /** The rule that asks for masquerading of its destination, but of other sources. */
  readonly spared:
    | { readonly at: Place; readonly definition: Rule; readonly sources: Prefix }
    | undefined;
}

/** Only where routes are known or follow from Node objects: a stand-in has a single interface. */
export function sourceKept(
  world: World,
  { path, ways: [way] }: OutcomeGroup,
): SourceKept | undefined {
  const { first, last, verdict, in: device } = path;
  const known = world.host.routes.kind === "given" || world.host.name !== undefined;
  const turned = first.destination !== last.destination && first.source === last.source;
  if (way === undefined || verdict !== "forwarded" || device === undefined) return undefined;
  if (!known || !turned || device !== path.out) return undefined;
  const direct = way.branch.chosen?.hop.via === undefined;
  if (direct && !areNeighbours(world.host, device, first.source)) return undefined;
  for (const event of way.events) {
    if (event.kind !== "failed" || !asksForMasquerade(world, event.definition)) continue;
    const { failed } = judge(world, way.branch, event);
    const [only] = failed;
    if (failed.length !== 1 || only?.kind !== "source" || !only.wanted.not) continue;
    const { at, definition } = event;
    return { device, spared: { at, definition, sources: only.wanted.value } };
  }
  return { device, spared: undefined };
}

/**
 * Sender and receiver hear each other on the link without this node. Not so on a bridge, where with
 * br_netfilter the answer meets the rules after all; a device of unknown kind may be one.
 */
function areNeighbours({ interfaces }: HostState, device: string, source: Address): boolean {
  const found = interfaces.value.find(({ name }) => name === device);
  if (found?.kind === undefined || found.kind === "bridge") return false;
  return found.addresses.some(({ address, prefixLength }) => {
    const family = familyOf(address);
    if (family !== familyOf(source)) return false;
    return prefixContains(makePrefix(address, maskOfLength(family, prefixLength)), source);
  });
}

/** It leads to a chain that does nothing but mark, or masquerades itself. */
function asksForMasquerade(world: World, { target }: Rule): boolean {
  if (target?.name === "MASQUERADE" || target?.name === "SNAT") return true;
  if (target?.name !== "jump" && target?.name !== "goto") return false;
  return tablesNamed(world, "nat").some((table) => {
    const rules = table.chains.get(target.chain)?.rules ?? [];
    return rules.length > 0 && rules.every(({ rule }) => rule.target?.name === "MARK");
  });
}
