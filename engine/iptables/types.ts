import type { Family } from "../net/ip.js";
import type { Prefix } from "../net/prefix.js";
import type { Match } from "./extensions/matches.js";
import type { Target } from "./extensions/targets.js";

export type { Match } from "./extensions/matches.js";
export type { Target } from "./extensions/targets.js";

/** In the order in which `iptables-save` of the legacy backend knows them. */
export const TABLE_NAMES = ["raw", "mangle", "nat", "filter", "security"] as const;
/** One of `TABLE_NAMES`. */
export type TableName = (typeof TABLE_NAMES)[number];

/** In the order of a packet that is forwarded or delivered, then of one that is sent. */
export const HOOKS = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"] as const;
/** A point on a packet's way at which chains are asked. */
export type Hook = (typeof HOOKS)[number];

/** The built-in chains of each table (kernel: `valid_hooks` of `iptable_*.c`). */
export const BUILT_IN_CHAINS: Readonly<Record<TableName, readonly Hook[]>> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  security: ["INPUT", "FORWARD", "OUTPUT"],
};

/** The longest chain name iptables takes (`XT_EXTENSION_MAXNAMELEN` less its end). */
export const MAX_CHAIN_NAME = 28;

/** What becomes of a packet that no rule of a built-in chain decides. */
export type Policy = "ACCEPT" | "DROP";

/** Packets and bytes, each 0 to 2^64-1. */
export interface Counters {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** A value that a rule asks for, or, with `not`, asks to be different. */
export interface Negatable<T> {
  readonly not: boolean;
  readonly value: T;
}

/** Where a rule comes from: a line of a dump, or the part of a compiler that made it. */
export type Origin =
  | { readonly kind: "source"; readonly line: number; readonly text: string }
  | {
      readonly kind: "compiled";
      /** What it was made for, as in `default/web:http`; absent for a proxy-wide rule. */
      readonly subject: string | undefined;
      /** Which part of the compiler made it and why, in one short phrase. */
      readonly reason: string;
    };

/**
 * One rule. The kernel checks the header fields first, then `matches` in order, with their side
 * effects (`ip_tables.c: ipt_do_table`). Absent header fields are `undefined`, never missing, so
 * that all rules share one shape.
 */
export interface Rule {
  /** 1 to 255. */
  readonly protocol: Negatable<number> | undefined;
  readonly source: Negatable<Prefix> | undefined;
  readonly destination: Negatable<Prefix> | undefined;
  /** A name, or a prefix ending in `+`. */
  readonly inInterface: Negatable<string> | undefined;
  readonly outInterface: Negatable<string> | undefined;
  /** IPv4 `-f`: second and further fragments. */
  readonly fragment: Negatable<true> | undefined;
  readonly matches: readonly Match[];
  /** `undefined`: the rule counts and goes on. */
  readonly target: Target | undefined;
  readonly counters: Counters | undefined;
  readonly origin: Origin;
}

/** A chain of a table, with its rules in order. */
export interface Chain {
  readonly name: string;
  /** Built-in chains only. */
  readonly policy: Policy | undefined;
  readonly counters: Counters | undefined;
  readonly rules: readonly Rule[];
  /** Line of the `:NAME` that declares it, where it was read from a text. */
  readonly line: number | undefined;
}

/** A table of one family and backend. */
export interface Table {
  readonly name: TableName;
  /** By name, in the order of declaration. */
  readonly chains: ReadonlyMap<string, Chain>;
}

/** All tables of one family and backend: the one typed form of rules between all stages. */
export interface Ruleset {
  readonly family: Family;
  /** By name, in the order of the text. */
  readonly tables: ReadonlyMap<TableName, Table>;
}
