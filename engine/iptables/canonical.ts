import type { Family } from "../net/ip.js";
import type { Prefix } from "../net/prefix.js";
import type { Reading } from "./extensions/define.js";
import type { NatRange } from "./extensions/nat-range.js";
import {
  isMatch,
  isTarget,
  matchTable,
  targetTable,
  type ExtensionTable,
} from "./parse/registry.js";
import { isAnyAddress } from "./parse/header.js";
import { printProbability } from "./probability.js";
import {
  BUILT_IN_CHAINS,
  TABLE_NAMES,
  type Chain,
  type Match,
  type Negatable,
  type Origin,
  type Rule,
  type Ruleset,
  type Table,
  type TableName,
  type Target,
} from "./types.js";

const NOWHERE: Origin = { kind: "compiled", subject: undefined, reason: "canonical form" };

/**
 * The one form of all rulesets that the kernel would hold alike: defaults filled in, spellings
 * gone, tables in their usual order, chains by name after the built-in ones, no counters, lines or
 * origins. Opaque parts stay as they are.
 */
export function canonicalRuleset(ruleset: Ruleset): Ruleset {
  const tables = new Map<TableName, Table>();
  for (const name of TABLE_NAMES) {
    const table = ruleset.tables.get(name);
    if (table !== undefined) tables.set(name, canonicalTable(table, ruleset.family));
  }
  return { family: ruleset.family, tables };
}

function canonicalTable(table: Table, family: Family): Table {
  const chains = new Map<string, Chain>();
  for (const name of orderedChains(table)) {
    const chain = table.chains.get(name);
    const isBuiltIn = BUILT_IN_CHAINS[table.name].some((hook) => hook === name);
    chains.set(name, {
      name,
      policy: isBuiltIn ? (chain?.policy ?? "ACCEPT") : undefined,
      counters: undefined,
      rules: (chain?.rules ?? []).map((rule) => canonicalRule(rule, family)),
      line: undefined,
    });
  }
  return { name: table.name, chains };
}

/** Built-in chains by hook, those the text left out too, then the others by name, as in a save. */
export function orderedChains(table: Table): readonly string[] {
  const builtIn: readonly string[] = BUILT_IN_CHAINS[table.name];
  const others = [...table.chains.keys()].filter((name) => !builtIn.includes(name));
  return [...builtIn, ...others.sort(compareBytes)];
}

/** As `strcmp` orders UTF-8, which is the order of code points. */
function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** A rule as the kernel holds it, without counters and origin. */
export function canonicalRule(rule: Rule, family: Family): Rule {
  const reading = readingOf(rule, family);
  return {
    protocol: rule.protocol?.value === 0 && !rule.protocol.not ? undefined : rule.protocol,
    source: canonicalAddress(rule.source),
    destination: canonicalAddress(rule.destination),
    inInterface: canonicalInterface(rule.inInterface),
    outInterface: canonicalInterface(rule.outInterface),
    fragment: rule.fragment,
    matches: rule.matches.map((match) => canonicalMatch(match, reading)),
    target: rule.target === undefined ? undefined : canonicalTarget(rule.target, reading),
    counters: undefined,
    origin: NOWHERE,
  };
}

/** What the values of a rule's extensions may depend on. */
export function readingOf(rule: Rule, family: Family): Reading {
  const protocol = rule.protocol;
  return {
    family,
    protocol: protocol === undefined || protocol.not ? undefined : protocol.value,
  };
}

function canonicalAddress(asked: Negatable<Prefix> | undefined): Negatable<Prefix> | undefined {
  if (asked === undefined || (isAnyAddress(asked.value) && !asked.not)) return undefined;
  const { address, mask } = asked.value;
  return { not: asked.not, value: { address, mask } };
}

function canonicalInterface(asked: Negatable<string> | undefined): Negatable<string> | undefined {
  return asked?.value === "+" && !asked.not ? undefined : asked;
}

function canonicalMatch(match: Match, reading: Reading): Match {
  const full = fullMatch(match, reading);
  switch (full.name) {
    case "statistic": {
      if (full.probability === undefined) return full;
      const { not, value } = full.probability;
      const text = printProbability(value.threshold);
      return { ...full, probability: { not, value: { ...value, text } } };
    }
    case "state":
      return fullMatch(
        { name: "conntrack", ...(full.state === undefined ? {} : { ctstate: full.state }) },
        reading,
      );
    default:
      return full;
  }
}

function canonicalTarget(target: Target, reading: Reading): Target {
  const full = fullTarget(target, reading);
  switch (full.name) {
    case "DNAT":
      return full.toDestination?.text === undefined
        ? full
        : { ...full, toDestination: withoutSpelling(full.toDestination) };
    case "SNAT":
      return full.toSource?.text === undefined
        ? full
        : { ...full, toSource: withoutSpelling(full.toSource) };
    case "NOTRACK":
      return fullTarget({ name: "CT", notrack: true }, reading);
    default:
      return full;
  }
}

function withoutSpelling({ addresses, ports }: NatRange): NatRange {
  return {
    ...(addresses === undefined ? {} : { addresses }),
    ...(ports === undefined ? {} : { ports }),
  };
}

/** With the defaults that the real tool fills in. */
export function fullMatch(match: Match, reading: Reading): Match {
  const full = normalised(match, matchTable(match.name), reading);
  return full !== undefined && isMatch(full) ? full : match;
}

/** As `fullMatch`, of a target. */
export function fullTarget(target: Target, reading: Reading): Target {
  const full = normalised(target, targetTable(target.name), reading);
  return full !== undefined && isTarget(full) ? full : target;
}

function normalised(
  extension: { readonly name: string },
  table: ExtensionTable | undefined,
  reading: Reading,
): { readonly name: string } | undefined {
  const { name, ...data } = extension;
  const full = table?.normalise?.(data, reading);
  return full === undefined ? undefined : { name, ...full };
}

/** Whether the kernel would hold two rules alike; what `-D RULE` looks for. */
export function sameRule(left: Rule, right: Rule, family: Family): boolean {
  return sameData(canonicalRule(left, family), canonicalRule(right, family));
}

/** Whether the kernel would hold two rulesets alike. */
export function sameRuleset(left: Ruleset, right: Ruleset): boolean {
  return sameData(canonicalRuleset(left), canonicalRuleset(right));
}

/** A text that two rules have in common just when `sameRule` holds of them. */
export function ruleKey(rule: Rule, family: Family): string {
  const reading = readingOf(rule, family);
  const { protocol, fragment } = rule;
  // Most of a rule is addresses and comments: they are written without a detour.
  const header = [
    protocol?.value === 0 && !protocol.not ? "" : askedKey(protocol, String),
    askedKey(canonicalAddress(rule.source), prefixKey),
    askedKey(canonicalAddress(rule.destination), prefixKey),
    askedKey(canonicalInterface(rule.inInterface), JSON.stringify),
    askedKey(canonicalInterface(rule.outInterface), JSON.stringify),
    askedKey(fragment, String),
  ].join(" ");
  const matches = rule.matches.map((match) => matchKey(match, reading)).join(" ");
  return `${header} [${matches}] ${targetKey(rule.target, reading)}`;
}

function askedKey<T>(asked: Negatable<T> | undefined, write: (value: T) => string): string {
  return asked === undefined ? "" : `${asked.not ? "!" : ""}${write(asked.value)}`;
}

function prefixKey({ address, mask }: Prefix): string {
  return typeof address === "bigint" ? `${address}n/${mask}n` : `${address}/${mask}`;
}

function matchKey(match: Match, reading: Reading): string {
  if (match.name === "comment" && match.comment !== undefined) {
    return `comment ${JSON.stringify(match.comment)}`;
  }
  return dataKey(canonicalMatch(match, reading));
}

function targetKey(target: Target | undefined, reading: Reading): string {
  if (target === undefined) return "";
  if (target.name === "jump" || target.name === "goto") {
    return `${target.name} ${JSON.stringify(target.chain)}`;
  }
  return dataKey(canonicalTarget(target, reading));
}

function dataKey(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (!isRecord(value)) return JSON.stringify(value) ?? "";
  if (Array.isArray(value)) return `[${value.map(dataKey).join(",")}]`;
  const entries = Object.keys(value).sort();
  const given = entries.filter((key) => value[key] !== undefined);
  return `{${given.map((key) => `${JSON.stringify(key)}:${dataKey(value[key])}`).join(",")}}`;
}

/** Deep equality of plain data, maps in their order; a key with `undefined` is as good as none. */
export function sameData(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (!isRecord(left) || !isRecord(right)) return false;
  if (left instanceof Map && right instanceof Map) return sameData([...left], [...right]);
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  if (Array.isArray(left) && Array.isArray(right) && left.length !== right.length) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) if (!sameData(left[key], right[key])) return false;
  return true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
