import { CONNTRACK_STATES } from "../../engine/iptables/extensions/conntrack.js";
import type { Match, Negatable, Rule, Ruleset, TableName } from "../../engine/iptables/types.js";
import type { Prefix } from "../../engine/net/prefix.js";
import type { HostState } from "../../tracer/host/types.js";
import { nodeOf, number4, type LinearNode } from "./linear-node.js";

/**
 * A ruleset laid out for the plainest fast scan there is: what nearly every rule asks, the
 * destination, in two arrays of its own, so that a rule that fails costs eight bytes; all else in
 * one row a rule.
 */
export interface LinearProgram {
  /** A rule passes when `destination & mask` equals `value`; both 0 where it asks nothing of it. */
  readonly destinationMask: Int32Array;
  readonly destinationValue: Int32Array;
  /** `ROW` numbers a rule. */
  readonly rows: Int32Array;
  /** First rule of each chain, and the one behind its last. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Chains that a packet visits, in order: before routing, and after it by where it goes. */
  readonly stages: Readonly<Record<Stage, Int32Array>>;
  readonly node: LinearNode;
}

export type Stage = "prerouting" | "input" | "forward" | "output" | "postrouting";

export const ROW = 16;
export const COLUMN = {
  flags: 0,
  protocol: 1,
  sourceMask: 2,
  sourceValue: 3,
  firstPort: 4,
  lastPort: 5,
  markMask: 6,
  markValue: 7,
  threshold: 8,
  states: 9,
  target: 10,
  first: 11,
  second: 12,
} as const;

export const FLAG = {
  notSource: 1,
  mark: 2,
  notMark: 4,
  toLocal: 8,
  states: 16,
  notStates: 32,
} as const;
export const TARGET = {
  none: 0,
  accept: 1,
  drop: 2,
  return: 3,
  jump: 4,
  mark: 5,
  dnat: 6,
  masquerade: 7,
} as const;

/** Asks for no draw. */
export const NO_DRAW = -1;

const STAGES: Readonly<Record<Stage, readonly (readonly [TableName, string])[]>> = {
  prerouting: [
    ["raw", "PREROUTING"],
    ["mangle", "PREROUTING"],
    ["nat", "PREROUTING"],
  ],
  input: [
    ["mangle", "INPUT"],
    ["filter", "INPUT"],
    ["nat", "INPUT"],
  ],
  forward: [
    ["mangle", "FORWARD"],
    ["filter", "FORWARD"],
  ],
  output: [
    ["raw", "OUTPUT"],
    ["mangle", "OUTPUT"],
    ["nat", "OUTPUT"],
    ["filter", "OUTPUT"],
  ],
  postrouting: [
    ["mangle", "POSTROUTING"],
    ["nat", "POSTROUTING"],
  ],
};

/**
 * Lays out rules as kube-proxy makes them, IPv4 only.
 * @throws {Error} at a rule that asks for anything else.
 */
export function lowerLinear({ tables }: Ruleset, host: HostState): LinearProgram {
  const chains = [...tables.values()].flatMap((table) =>
    [...table.chains.values()].map(({ name, rules }) => ({ table: table.name, name, rules })),
  );
  const numbers = new Map(chains.map(({ table, name }, at) => [`${table} ${name}`, at]));
  const rules = chains.flatMap((chain) =>
    chain.rules.map((rule) => ({ table: chain.table, rule })),
  );
  const program = {
    destinationMask: new Int32Array(rules.length),
    destinationValue: new Int32Array(rules.length),
    rows: new Int32Array(rules.length * ROW),
    starts: new Int32Array(chains.length),
    ends: new Int32Array(chains.length),
  };
  let first = 0;
  for (const [at, chain] of chains.entries()) {
    program.starts[at] = first;
    first += chain.rules.length;
    program.ends[at] = first;
  }
  for (const [at, { table, rule }] of rules.entries()) {
    const destination = maskAndValue(refuseNot(rule.destination));
    program.destinationMask[at] = destination.mask;
    program.destinationValue[at] = destination.value;
    const chainOf = (name: string) => numbers.get(`${table} ${name}`) ?? fail(`chain ${name}`);
    program.rows.set(rowOf(rule, chainOf), at * ROW);
  }
  const stage = (name: Stage) =>
    Int32Array.from(STAGES[name].flatMap(([table, hook]) => numbers.get(`${table} ${hook}`) ?? []));
  return {
    ...program,
    stages: {
      prerouting: stage("prerouting"),
      input: stage("input"),
      forward: stage("forward"),
      output: stage("output"),
      postrouting: stage("postrouting"),
    },
    node: nodeOf(host),
  };
}

function rowOf(rule: Rule, chainOf: (name: string) => number): Int32Array {
  const row = new Int32Array(ROW);
  const source = maskAndValue(rule.source?.value);
  if (rule.inInterface ?? rule.outInterface ?? rule.fragment) fail("interfaces");
  row[COLUMN.flags] = rule.source?.not === true ? FLAG.notSource : 0;
  row[COLUMN.protocol] = refuseNot(rule.protocol) ?? 0;
  row[COLUMN.sourceMask] = source.mask;
  row[COLUMN.sourceValue] = source.value;
  row[COLUMN.lastPort] = 0xffff;
  row[COLUMN.threshold] = NO_DRAW;
  for (const match of rule.matches) addMatch(row, match);
  addTarget(row, rule, chainOf);
  return row;
}

function addMatch(row: Int32Array, match: Match): void {
  const raise = (flag: number) => {
    row[COLUMN.flags] = (row[COLUMN.flags] ?? 0) | flag;
  };
  switch (match.name) {
    case "comment":
      return;
    case "tcp": {
      const ports = refuseNot(match.dport) ?? { min: 0, max: 0xffff };
      row[COLUMN.firstPort] = ports.min;
      row[COLUMN.lastPort] = ports.max;
      return;
    }
    case "statistic":
      row[COLUMN.threshold] = refuseNot(match.probability)?.threshold ?? fail("nth");
      return;
    case "mark":
      raise(FLAG.mark | (match.mark?.not === true ? FLAG.notMark : 0));
      row[COLUMN.markMask] = match.mark?.value.mask ?? 0;
      row[COLUMN.markValue] = match.mark?.value.value ?? 0;
      return;
    case "addrtype":
      if (refuseNot(match.dstType)?.join() !== "LOCAL") fail("address types");
      return raise(FLAG.toLocal);
    case "conntrack":
      raise(FLAG.states | (match.ctstate?.not === true ? FLAG.notStates : 0));
      row[COLUMN.states] = stateBits(match.ctstate?.value ?? fail("conntrack"));
      return;
    default:
      fail(`-m ${match.name}`);
  }
}

/** A bit for each of `CONNTRACK_STATES`. */
export function stateBits(states: readonly (typeof CONNTRACK_STATES)[number][]): number {
  return states.reduce((bits, state) => bits | (1 << CONNTRACK_STATES.indexOf(state)), 0);
}

function addTarget(row: Int32Array, { target }: Rule, chainOf: (name: string) => number): void {
  const set = (kind: number, first = 0, second = 0): void => {
    row[COLUMN.target] = kind;
    row[COLUMN.first] = first;
    row[COLUMN.second] = second;
  };
  switch (target?.name) {
    case undefined:
      return set(TARGET.none);
    case "ACCEPT":
      return set(TARGET.accept);
    case "DROP":
      return set(TARGET.drop);
    case "RETURN":
      return set(TARGET.return);
    case "MASQUERADE":
      return set(TARGET.masquerade);
    case "jump":
      return set(TARGET.jump, chainOf(target.chain));
    case "MARK":
      return set(TARGET.mark, target.xmark?.value ?? 0, target.xmark?.mask ?? 0);
    case "DNAT": {
      const to = target.toDestination;
      return set(TARGET.dnat, number4(to?.addresses?.min ?? 0), to?.ports?.min ?? fail("DNAT"));
    }
    default:
      return fail(`-j ${target?.name}`);
  }
}

function maskAndValue(prefix: Prefix | undefined) {
  if (prefix === undefined) return { mask: 0, value: 0 };
  return { mask: number4(prefix.mask), value: number4(prefix.address) };
}

function refuseNot<T>(value: Negatable<T> | undefined): T | undefined {
  if (value?.not === true) fail("a negation");
  return value?.value;
}

function fail(what: string): never {
  throw new Error(`the linear scan does not know ${what}`);
}
