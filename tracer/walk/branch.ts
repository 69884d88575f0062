import type { Hook, TableName } from "../../engine/iptables/types.js";
import { Luck } from "../choose/luck.js";
import type { NextHop, Route, Stated } from "../host/types.js";
import type { Field } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import type { Place, Trail, WalkEvent } from "./events.js";
import type { Stage } from "./hooks.js";
import type { Backend, LinkedChain, LinkedTable } from "./link.js";
import type { Memory, Tracking, Zones } from "./memory.js";
import type { Condition, Verdict } from "./result.js";

/** What a `CT` rule in raw asks of the tracking that follows. */
export interface TrackingTemplate {
  readonly zones: Zones;
  readonly helper: string | undefined;
}

/** Where to come back to. */
export interface Frame {
  readonly chain: LinkedChain;
  readonly rule: number;
  readonly below: Frame | undefined;
}

/** A place inside a table's chains. */
export interface Scan {
  readonly hook: Hook;
  readonly table: TableName;
  readonly backend: Backend | undefined;
  /** Tables still to be visited at this stage: with two backends there are two of a name. */
  readonly later: readonly LinkedTable[];
  readonly base: LinkedChain;
  chain: LinkedChain;
  /** Index of the rule, from 0. */
  rule: number;
  /** Index of the next match to try; -1: the header first. */
  match: number;
  frames: Frame | undefined;
  depth: number;
  /** A queue has let the packet pass: the rest of this hook of the table is left out. */
  queued?: true;
  /** The packet when the stage began. */
  readonly entry: Packet;
}

export interface Chosen {
  readonly route: Route;
  readonly hop: NextHop;
}

export interface End {
  readonly verdict: Verdict;
  readonly because: string;
  readonly with: string | undefined;
  readonly answer: Packet | undefined;
  /** Where routing refused a packet of the node itself. */
  readonly error: string | undefined;
}

/** A list that grows at its head and shares its tail. */
export interface Linked<T> {
  readonly item: T;
  readonly rest: Linked<T> | undefined;
}

/**
 * One of the ways that a packet may go, as far as it has gone. A branch is changed in place while it
 * is walked; but for its luck and its scan all that hangs below its fields is never changed, so that a
 * fork is nearly a shallow copy.
 */
export interface Branch {
  packet: Packet;
  readonly first: Packet;
  out: string | undefined;
  /** What `-o` sees: in OUTPUT the interface chosen before its rules, even if they change the way. */
  seenOut: string | undefined;
  /** The bridge port that it leaves by, when it is bridged and not routed. */
  physicalOut: Field<string | undefined>;
  stages: readonly Stage[];
  stage: number;
  scan: Scan | undefined;
  tracking: Tracking;
  template: TrackingTemplate | undefined;
  chosen: Chosen | undefined;
  /** Came back by the loopback interface after OUTPUT. */
  looped: boolean;
  /** `TPROXY` has given it to a socket. */
  proxied: boolean;
  memory: Memory;
  trail: Trail | undefined;
  /** How many rules the kernel's scan has tried, matching or not. */
  tried: number;
  /** What decides where dice are thrown (`Chooser.lot`); `undefined`: every way is followed. */
  lot: number | undefined;
  readonly luck: Luck;
  /** The chance of this branch: see `Share`. */
  numerator: bigint;
  bits: number;
  divisor: bigint;
  conditions: Linked<Condition> | undefined;
  /** Answers already supposed on this branch, so that one question is answered one way. */
  supposed: ReadonlyMap<string, boolean>;
  assumptions: ReadonlyMap<string, string>;
  end: End | undefined;
}

export function startBranch(packet: Packet, memory: Memory, stages: readonly Stage[]): Branch {
  return {
    packet,
    first: packet,
    out: undefined,
    seenOut: undefined,
    physicalOut: undefined,
    stages,
    stage: 0,
    scan: undefined,
    tracking: { kind: "none" },
    template: undefined,
    chosen: undefined,
    looped: false,
    proxied: false,
    memory,
    trail: undefined,
    tried: 0,
    lot: undefined,
    luck: new Luck(),
    numerator: 1n,
    bits: 0,
    divisor: 1n,
    conditions: undefined,
    supposed: new Map(),
    assumptions: new Map(),
    end: undefined,
  };
}

export function forkBranch(branch: Branch): Branch {
  const luck = new Luck();
  luck.copyFrom(branch.luck);
  return { ...branch, luck, scan: branch.scan === undefined ? undefined : { ...branch.scan } };
}

export function record(branch: Branch, event: WalkEvent): void {
  branch.trail = { event, before: branch.trail };
}

export function endBranch(
  branch: Branch,
  verdict: Verdict,
  because: string,
  answer?: { readonly with: string; readonly packet: Packet | undefined },
): void {
  branch.end = { verdict, because, with: answer?.with, answer: answer?.packet, error: undefined };
  branch.scan = undefined;
}

/** The node cannot send its own packet; its program gets this error. */
export function refuseToSend(branch: Branch, because: string, error: string): void {
  endBranch(branch, "unrouted", because);
  if (branch.end !== undefined) branch.end = { ...branch.end, error };
}

/** Replaces the packet and records what did it; nothing happens when nothing changed. */
export function rewrite(branch: Branch, by: string, changes: Partial<Packet>): void {
  const before = branch.packet;
  const after = { ...before, ...changes };
  if (!differs(before, after)) return;
  branch.packet = after;
  record(branch, { kind: "rewritten", by, before, after: branch.packet });
}

function differs(before: Packet, after: Packet): boolean {
  const values = Object.values(after);
  return Object.values(before).some((value, at) => value !== values[at]);
}

/** The value of a piece of the host's state; that it was assumed is noted on the branch. */
export function use<T>(branch: Branch, what: string, stated: Stated<T>): T {
  if (stated.kind === "assumed") assume(branch, what, stated.because);
  return stated.value;
}

export function assume(branch: Branch, what: string, because: string): void {
  if (branch.assumptions.has(what)) return;
  branch.assumptions = new Map(branch.assumptions).set(what, because);
}

/** The rule that the branch stands at. */
export function placeOf(branch: Branch): Place | undefined {
  const { scan } = branch;
  if (scan === undefined) return undefined;
  return { hook: scan.hook, table: scan.table, chain: scan.chain.name, rule: scan.rule + 1 };
}

export function describePlace({ table, chain, rule }: Place): string {
  return `${table} ${chain} rule ${rule}`;
}
