import type { Hook, TableName } from "../../engine/iptables/types.js";
import { unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { isLoopback, isMulticast } from "./address-type.js";
import { endBranch, record, rewrite, type Branch } from "./branch.js";
import { bridge, enterBridge, isBridged } from "./bridge.js";
import { scanTable } from "./chain.js";
import { track } from "./conntrack.js";
import { BRIDGED, FORWARD, INPUT, PREROUTING, type Stage } from "./hooks.js";
import { prepareForward } from "./forward.js";
import { isIcmpError } from "./icmp.js";
import { confirm } from "./lifetime.js";
import type { LinkedTable } from "./link.js";
import { bindToNothing, translate } from "./nat.js";
import { routeIn } from "./route-in.js";
import { routeOut } from "./route-out.js";
import { refuseRouting } from "./routing-header.js";
import type { Side } from "./unique-tuple.js";
import { tablesNamed, trackingReason, type Walker } from "./world.js";

/** Does what this stage does to the branch, or as much of it as lies before a fork. */
export function runStage(walker: Walker, branch: Branch, stage: Stage): void {
  if (branch.scan !== undefined) return resume(walker, branch);
  switch (stage.do) {
    case "table":
      return visit(walker, branch, stage, tablesNamed(walker.world, stage.table));
    case "receive":
      return receive(walker, branch);
    case "defragment":
      return defragment(walker, branch);
    case "track":
      track(walker.world, branch, stage.hook);
      return advance(branch);
    case "nat":
      return consultNat(walker, branch, stage.hook);
    case "confirm":
      return putIntoTable(walker, branch);
    case "route-in":
      return decide(walker, branch);
    case "route-out":
      routeOut(walker, branch);
      branch.seenOut = branch.out;
      return advance(branch);
    case "before-forward":
      prepareForward(walker.world, branch);
      return advance(branch);
    case "deliver":
      reassemble(branch);
      if (branch.end === undefined) refuseRouting(walker.world, branch);
      if (branch.end !== undefined) return undefined;
      return endBranch(branch, "delivered", "it reaches the node itself");
    case "transmit":
      return transmit(branch);
  }
}

function advance(branch: Branch): void {
  branch.stage++;
}

function goTo(branch: Branch, stages: readonly Stage[]): void {
  branch.stages = stages;
  branch.stage = 0;
}

function visit(
  walker: Walker,
  branch: Branch,
  stage: { readonly hook: Hook; readonly table: TableName },
  tables: readonly LinkedTable[],
  entry: Packet = branch.packet,
): void {
  const [table, ...later] = tables;
  if (table === undefined) return finish(walker, branch, stage, entry);
  const base = table.chains.get(stage.hook);
  if (base === undefined) return visit(walker, branch, stage, later, entry);
  if (stage.hook !== "OUTPUT") branch.seenOut = branch.out;
  record(branch, { kind: "entered", hook: stage.hook, table: stage.table, depth: 0 });
  branch.scan = {
    hook: stage.hook,
    table: stage.table,
    backend: table.backend,
    later,
    base,
    chain: base,
    rule: 0,
    match: -1,
    frames: undefined,
    depth: 0,
    entry,
  };
  return resume(walker, branch);
}

function resume(walker: Walker, branch: Branch): void {
  const { scan } = branch;
  if (scan === undefined) return;
  scanTable(walker, branch);
  if (branch.end !== undefined) return;
  const { hook, table, later, entry } = scan;
  // The hook is left then and there: nothing is bound, and no address rewritten (`nf_nat_inet_fn`).
  if (table === "nat" && scan.queued === true) return advance(branch);
  const bound = table === "nat" && isBound(branch, sideOf(hook));
  visit(walker, branch, { hook, table }, bound ? [] : later, entry);
}

function finish(
  walker: Walker,
  branch: Branch,
  { hook, table }: { readonly hook: Hook; readonly table: TableName },
  entry: Packet,
): void {
  if (table === "nat") return finishNat(walker, branch, hook);
  if (table === "mangle" && hook === "OUTPUT" && needsNewRoute(entry, branch.packet)) {
    routeOut(walker, branch);
  }
  return advance(branch);
}

/** `iptable_mangle.c: ipt_mangle_out`, `ip6t_mangle_out`. */
function needsNewRoute(before: Packet, after: Packet): boolean {
  return (
    before.mark !== after.mark ||
    before.source !== after.source ||
    before.destination !== after.destination ||
    (before.family === 4 ? before.tos !== after.tos : before.ttl !== after.ttl)
  );
}

/** IPv6 never lets ::1 in from a wire (`ip6_input.c: ip6_rcv_core`). */
function receive({ world }: Walker, branch: Branch): void {
  if (!branch.looped) enterBridge(branch, world.host);
  if (branch.end !== undefined) return undefined;
  const { packet, looped } = branch;
  const outside = !looped && packet.inInterface !== "lo";
  if (packet.family === 6 && outside && isBadSource6(packet)) {
    return endBranch(branch, "dropped", "martian: ::1 or a multicast source from outside");
  }
  return advance(branch);
}

function isBadSource6({ source, destination }: Packet): boolean {
  return isLoopback(source) || isLoopback(destination) || isMulticast(source);
}

/**
 * Tracking puts fragments together before raw (`nf_defrag_ipv4.c`), so that rules see one whole
 * packet. The first fragment stands for it, the others wait. IPv6 leaves as it is what comes back by
 * the loopback interface, as it is known already (`ipv6_defrag`).
 */
function defragment({ world }: Walker, branch: Branch): void {
  const known = branch.tracking.kind !== "none";
  if (trackingReason(world) !== undefined && !known) reassemble(branch);
  if (branch.end === undefined) advance(branch);
}

function reassemble(branch: Branch): void {
  const { fragment } = branch.packet;
  if (fragment === undefined) return undefined;
  if (fragment.offset > 0) {
    const why = "a further fragment waits for the first, which carries the ports";
    return endBranch(branch, "unknown", why);
  }
  const length = unknown("the length of the whole datagram is not given");
  return rewrite(branch, "reassembly", { fragment: undefined, length });
}

function sideOf(hook: Hook): Side {
  return hook === "PREROUTING" || hook === "OUTPUT" ? "destination" : "source";
}

function isBound({ tracking }: Branch, side: Side): boolean {
  return tracking.kind === "tracked" && tracking.connection.bound[side];
}

/** `nf_nat_core.c: nf_nat_inet_fn`: rules are asked for a connection's first packet only. */
function consultNat(walker: Walker, branch: Branch, hook: Hook): void {
  const { tracking } = branch;
  if (tracking.kind !== "tracked") return advance(branch);
  const first =
    tracking.state !== "ESTABLISHED" &&
    !isIcmpError(branch.packet) &&
    !isBound(branch, sideOf(hook));
  if (!first) return finishNat(walker, branch, hook);
  return visit(walker, branch, { hook, table: "nat" }, tablesNamed(walker.world, "nat"));
}

function finishNat(walker: Walker, branch: Branch, hook: Hook): void {
  const side = sideOf(hook);
  const { tracking } = branch;
  if (tracking.kind !== "tracked") return advance(branch);
  if (tracking.state !== "ESTABLISHED" && !isIcmpError(branch.packet)) {
    bindToNothing(branch, side);
  }
  translate(branch, side);
  if (hook === "OUTPUT" && destinationChanged(branch)) routeOut(walker, branch);
  return advance(branch);
}

/** `nf_nat_proto.c: nf_nat_ipv4_local_fn`. */
function destinationChanged({ tracking }: Branch): boolean {
  if (tracking.kind !== "tracked") return false;
  const { connection, direction } = tracking;
  const { original, reply } = connection;
  return direction === "original"
    ? original.destination !== reply.source
    : reply.destination !== original.source;
}

function putIntoTable({ world }: Walker, branch: Branch): void {
  if (!confirm(world, branch)) {
    return endBranch(branch, "dropped", "another connection already has its addresses and ports");
  }
  return advance(branch);
}

function decide(walker: Walker, branch: Branch): void {
  if (branch.looped) return takeIn(branch);
  if (isBridged(branch, walker.world.host)) {
    bridge(branch);
    return goTo(branch, BRIDGED);
  }
  const decision = routeIn(walker, branch);
  if (decision === "local") takeIn(branch);
  if (decision === "forward") goTo(branch, FORWARD);
}

/** IPv4 puts together what is for the node itself, IPv6 only after INPUT (`ip_local_deliver`). */
function takeIn(branch: Branch): void {
  if (branch.packet.family === 4) reassemble(branch);
  goTo(branch, INPUT);
}

/**
 * What was put together leaves in fragments again, the first of which is followed; IPv4 puts them
 * together once more when they come back.
 */
function asItCame({ first, packet }: Branch): Partial<Packet> {
  const { family, fragment, length } = first;
  const whole = packet.fragment === undefined;
  return family === 6 && fragment !== undefined && whole ? { fragment, length } : {};
}

function transmit(branch: Branch): void {
  const { out, packet } = branch;
  if (out === "lo" && packet.inInterface === undefined) {
    branch.looped = true;
    const loops = { inInterface: "lo", sender: undefined };
    rewrite(branch, "the loopback interface", { ...loops, ...asItCame(branch) });
    return goTo(branch, PREROUTING);
  }
  const own = packet.inInterface === undefined;
  const verdict = own ? "sent" : "forwarded";
  return endBranch(branch, verdict, `it leaves by ${out ?? "an unknown interface"}`);
}
