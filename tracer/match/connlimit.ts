import type { ConnlimitMatch } from "../../engine/iptables/extensions/connlimit.js";
import { andAddress, maskOfLength } from "../../engine/net/prefix.js";
import type { Address } from "../../engine/net/ip.js";
import type { HostState } from "../host/types.js";
import { unknown } from "../packet/field.js";
import { describePlace, placeOf, use, type Branch } from "../walk/branch.js";
import { liveConnection, liveConnections, type Memory, type Tracked } from "../walk/memory.js";
import { truth, type Truth } from "./truth.js";

/**
 * `xt_connlimit.c: connlimit_mt`, `nf_conncount.c`: connections of the address's prefix that came by
 * this very rule and are still open, this one included. Which connections of before did is not
 * known, and kernels differ in whether a known connection's packet still counts those that came to
 * nothing; where either would make a difference, so is the answer.
 */
export function connlimitMatches(match: ConnlimitMatch, branch: Branch, host: HostState): Truth {
  const side = match.daddr === true ? "destination" : "source";
  const own = keyOf(branch.packet[side], match.mask);
  use(branch, "no other connections count for connlimit", host.connections);
  const { open, listed } = countIn(branch, `${listOf(branch)} ${own}`);
  const perhaps = liveConnections(branch.memory).filter(
    ({ id, since, tcp, original }) =>
      since === undefined &&
      !isClosed(tcp) &&
      !open.has(id) &&
      keyOf(original[side], match.mask) === own,
  );
  const least = holds(match, open.size);
  if (least !== holds(match, Math.max(listed, open.size + perhaps.length))) {
    return unknown("which of the earlier connections still count is not known");
  }
  return truth(least);
}

/** Puts the packet's connection on the list; a connection's first packet also tidies it. */
function countIn(branch: Branch, rule: string): { open: ReadonlySet<number>; listed: number } {
  const { tracking, memory } = branch;
  const known = tracking.kind === "tracked" ? tracking.connection : undefined;
  const list = `${rule} ${known?.zones.original ?? 0}`;
  const before = memory.counted.get(list) ?? [];
  const own = known?.id ?? memory.nextId;
  const open = new Set([...before.filter((id) => isOpen(memory, id)), own]);
  const after = known?.confirmed === true ? [...new Set([...before, own])] : [...open];
  branch.memory = { ...memory, counted: memory.counted.set(list, after) };
  return { open, listed: after.length };
}

function holds({ upto, above }: ConnlimitMatch, count: number): boolean {
  if (above !== undefined) return count > above.value !== above.not;
  return upto === undefined || count <= upto.value !== upto.not;
}

/** Each match of a rule has a list of its own. */
function listOf(branch: Branch): string {
  const place = placeOf(branch);
  const rule = place === undefined ? "" : describePlace(place);
  return `connlimit ${rule} ${branch.scan?.match ?? 0}`;
}

function isOpen(memory: Memory, id: number): boolean {
  const known = liveConnection(memory, id);
  return known !== undefined && !isClosed(known.tcp);
}

function isClosed(tcp: Tracked["tcp"]): boolean {
  return tcp === "TIME_WAIT" || tcp === "CLOSE";
}

function keyOf(address: Address, length: number | undefined): Address {
  const family = typeof address === "number" ? 4 : 6;
  return length === undefined ? address : andAddress(address, maskOfLength(family, length));
}
