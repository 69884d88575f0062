import type { MaskedAddress } from "../../engine/iptables/extensions/address-codecs.js";
import type {
  ConntrackMatch,
  ConntrackState,
  ConntrackStatus,
} from "../../engine/iptables/extensions/conntrack.js";
import type { StateMatch } from "../../engine/iptables/extensions/state.js";
import type { Negatable } from "../../engine/iptables/types.js";
import { andAddress } from "../../engine/net/prefix.js";
import type { Address } from "../../engine/net/ip.js";
import { unknown } from "../packet/field.js";
import type { Branch } from "../walk/branch.js";
import type { Tracked, Tracking } from "../walk/memory.js";
import { equal, within } from "./numbers.js";
import { seenTracking } from "./seen-tracking.js";
import { all, negatedIf, truth, type Truth } from "./truth.js";

/** The states that a packet is in, as `--ctstate` asks for them (`xt_conntrack.c: conntrack_mt`). */
export function statesOf(tracking: Tracking): readonly ConntrackState[] {
  switch (tracking.kind) {
    case "none":
      return ["INVALID"];
    case "untracked":
      return ["UNTRACKED"];
    case "tracked": {
      const { translated } = tracking.connection;
      const states: ConntrackState[] = [tracking.state];
      if (translated.source) states.push("SNAT");
      if (translated.destination) states.push("DNAT");
      return states;
    }
  }
}

export function stateMatches({ state }: StateMatch, branch: Branch): Truth {
  return inStates(state, seenTracking(branch));
}

function inStates(
  wanted: Negatable<readonly ConntrackState[]> | undefined,
  tracking: Tracking,
): Truth {
  if (wanted === undefined) return "yes";
  const states = statesOf(tracking);
  return negatedIf(wanted.not, truth(wanted.value.some((state) => states.includes(state))));
}

/**
 * A packet of no connection is asked for its state alone: with `--ctstate` the other conditions do
 * not count for it, without they fail.
 */
export function conntrackMatches(match: ConntrackMatch, branch: Branch): Truth {
  const { memory } = branch;
  const tracking = seenTracking(branch);
  const state = inStates(match.ctstate, tracking);
  if (state === "no") return "no";
  if (tracking.kind !== "tracked") return truth(match.ctstate !== undefined);
  const { connection, direction } = tracking;
  return all([
    truth(match.ctdir === undefined || match.ctdir.toLowerCase() === direction),
    addressesMatch(match, connection),
    portsMatch(match, connection),
    statusMatches(match.ctstatus, connection),
    expiryMatches(match.ctexpire, connection, memory.now),
  ]);
}

function addressesMatch(match: ConntrackMatch, { original, reply }: Tracked): Truth {
  return truth(
    isIn(match.ctorigsrc, original.source) &&
      isIn(match.ctorigdst, original.destination) &&
      isIn(match.ctreplsrc, reply.source) &&
      isIn(match.ctrepldst, reply.destination),
  );
}

function isIn(wanted: Negatable<MaskedAddress> | undefined, address: Address): boolean {
  if (wanted === undefined) return true;
  const { address: base, mask } = wanted.value;
  return (andAddress(address, mask) === andAddress(base, mask)) !== wanted.not;
}

function portsMatch(match: ConntrackMatch, { original, reply }: Tracked): Truth {
  return all([
    equal(match.ctproto, original.protocol),
    within(match.ctorigsrcport, original.sourcePort),
    within(match.ctorigdstport, original.destinationPort),
    within(match.ctreplsrcport, reply.sourcePort),
    within(match.ctrepldstport, reply.destinationPort),
  ]);
}

/** The kernel asks for one of the bits to be up, so that `NONE` never matches. */
function statusMatches(
  wanted: Negatable<readonly ConntrackStatus[]> | undefined,
  connection: Tracked,
): Truth {
  if (wanted === undefined) return "yes";
  const up: Readonly<Record<ConntrackStatus, boolean>> = {
    EXPECTED: connection.master !== undefined,
    SEEN_REPLY: connection.seenReply,
    ASSURED: connection.assured,
    CONFIRMED: connection.confirmed,
  };
  return negatedIf(wanted.not, truth(wanted.value.some((status) => up[status])));
}

function expiryMatches(
  wanted: ConntrackMatch["ctexpire"],
  { expires }: Tracked,
  now: number,
): Truth {
  if (wanted === undefined) return "yes";
  if (expires === undefined) return unknown("how long the connection's entry lives is not given");
  return within(wanted, Math.floor((expires - now) / 1000));
}
