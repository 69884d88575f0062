import type { Family } from "../../net/ip.js";
import type { AnyOption, OptionTable, Reading } from "../extensions/define.js";
import { MATCHES } from "../extensions/matches.js";
import { TARGETS } from "../extensions/targets.js";
import type { Hook, Match, TableName, Target } from "../types.js";

/**
 * Any extension's table, its data type set aside: methods let every ExtensionSpec be assigned, and
 * who calls them hands over data of the same table.
 */
export interface ExtensionTable {
  readonly name: string;
  readonly families: readonly Family[];
  readonly options: OptionTable;
  readonly protocol?: number;
  readonly boundIn?: readonly Family[];
  readonly tables?: readonly TableName[];
  readonly hooks?: readonly Hook[];
  readonly terminates?: boolean;
  hooksFor?(data: object): readonly Hook[] | undefined;
  check?(data: object, reading: Reading): string | undefined;
  normalise?(data: object, reading: Reading): object;
  save?(data: object, reading: Reading): string;
}

/** One spelling of an option: which value it gives and how. */
export interface KnownFlag {
  readonly key: string;
  readonly flag: string;
  readonly option: AnyOption;
  readonly codec: AnyOption["codec"];
}

export interface KnownExtension {
  readonly table: ExtensionTable;
  readonly flags: ReadonlyMap<string, KnownFlag>;
}

const MATCH_TABLES: readonly ExtensionTable[] = MATCHES;
const TARGET_TABLES: readonly ExtensionTable[] = TARGETS;

const KNOWN_MATCHES = byName(MATCH_TABLES);
const KNOWN_TARGETS = byName(TARGET_TABLES);

/** Other names that `libxtables` takes for a match (`xtables_find_match`). */
const MATCH_ALIASES: ReadonlyMap<string, string> = new Map([
  ["icmpv6", "icmp6"],
  ["ipv6-icmp", "icmp6"],
  ["ipv6-mh", "mh"],
]);

export function knownMatch(name: string, family: Family): KnownExtension | undefined {
  return ofFamily(KNOWN_MATCHES.get(MATCH_ALIASES.get(name) ?? name), family);
}

export function knownTarget(name: string, family: Family): KnownExtension | undefined {
  return ofFamily(KNOWN_TARGETS.get(name), family);
}

/** The table of a match or target of a rule; `undefined` for what has none (opaque, a jump). */
export function matchTable(name: string): ExtensionTable | undefined {
  return KNOWN_MATCHES.get(name)?.[0]?.table;
}

export function targetTable(name: string): ExtensionTable | undefined {
  return KNOWN_TARGETS.get(name)?.[0]?.table;
}

/** Whether data that was read by a match's own table, which alone gives its name, is a match. */
export function isMatch(data: { readonly name: string }): data is Match {
  return KNOWN_MATCHES.has(data.name);
}

/** As `isMatch`, of targets. */
export function isTarget(data: { readonly name: string }): data is Target {
  return KNOWN_TARGETS.has(data.name);
}

function ofFamily(
  known: readonly KnownExtension[] | undefined,
  family: Family,
): KnownExtension | undefined {
  return known?.find(({ table }) => table.families.includes(family));
}

function byName(tables: readonly ExtensionTable[]): ReadonlyMap<string, readonly KnownExtension[]> {
  const known = new Map<string, KnownExtension[]>();
  for (const table of tables) {
    const entry = { table, flags: flagsOf(table) };
    const same = known.get(table.name);
    if (same === undefined) known.set(table.name, [entry]);
    else same.push(entry);
  }
  return known;
}

/** All spellings of a table's options. */
export function flagsOf(table: ExtensionTable): ReadonlyMap<string, KnownFlag> {
  const flags = new Map<string, KnownFlag>();
  for (const [key, option] of Object.entries(table.options)) {
    for (const flag of [option.flag, ...option.aliases]) {
      flags.set(flag, { key, flag, option, codec: option.codec });
    }
    for (const [flag, codec] of Object.entries(option.also)) {
      flags.set(flag, { key, flag, option, codec });
    }
  }
  return flags;
}
