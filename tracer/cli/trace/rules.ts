import { fault, hasErrors, warning, type Checked, type Fault } from "../../../engine/errors.js";
import { parseDump } from "../../../engine/iptables/parse.js";
import type { Backend } from "../../../engine/iptables/parse/banner.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import type { SnapshotRules } from "../../host/read-snapshot.js";
import { linkRules, type LinkedRules } from "../../walk/link.js";
import type { Io } from "../io.js";
import { loadLoadableDump } from "../rules/load.js";

/** The rules that a trace walks, of one family, in the order in which they were loaded. */
export interface TraceRules {
  readonly linked: readonly LinkedRules[];
  readonly rulesets: readonly Ruleset[];
}

/** What is walked of each family; a family without an entry cannot be asked. */
export type RulesByFamily = ReadonlyMap<Family, TraceRules>;

/**
 * Of a dump: every section of each family that is wanted, or of each that it holds where `wanted`
 * is empty; a table that comes twice replaces the first. A wanted family that it lacks is a fault.
 */
export async function rulesOfDump(
  path: string,
  wanted: readonly Family[],
  io: Io,
): Promise<Checked<RulesByFamily>> {
  const { value: dump, faults: found } = await loadLoadableDump(path, wanted, io);
  const value = new Map<Family, TraceRules>();
  const tables = dump?.sections.reduce((sum, { ruleset }) => sum + ruleset.tables.size, 0) ?? 0;
  // A file in which no table could be read is not the dump of a node without rules.
  if (dump === undefined || (tables === 0 && hasErrors(found))) return { value, faults: found };
  const faults = [...found];
  const held = [...new Set(dump.sections.map(({ family }) => family))];
  for (const family of wanted.length === 0 ? held : wanted) {
    const sections = dump.sections.filter((section) => section.family === family);
    if (sections.length === 0) faults.push(lacking(family, path));
    else value.set(family, rulesOf(sections));
  }
  return { value, faults };
}

function lacking(family: Family, file: string): Fault {
  const other = family === 4 ? 6 : 4;
  const message = `the dump holds the rules of IPv${other} only; IPv${family} packets never meet those`;
  return fault("wrong-family", message, { file });
}

/** Of a snapshot: the saves of both backends, the legacy one first; nothing of an unreadable one. */
export function rulesOfSnapshot(
  saves: readonly SnapshotRules[] | undefined,
  families: readonly Family[],
  file: string,
): Checked<RulesByFamily> {
  const value = new Map<Family, TraceRules>();
  const faults: Fault[] = [];
  if (saves === undefined) return { value, faults };
  for (const family of families) {
    const wanted = saves.filter(({ part }) => part.endsWith(String(family)));
    const sections = wanted.flatMap(({ text, file: name, part }) => {
      const read = parseDump(text, { file: name, family, makesAll: true });
      faults.push(...read.faults);
      const backend = part.startsWith("legacy") ? ("legacy" as const) : ("nft" as const);
      return read.value.sections.map(({ ruleset }) => ({ backend, ruleset }));
    });
    if (sections.length > 0) value.set(family, rulesOf(sections));
    else {
      const message = `the snapshot holds no IPv${family} rules, so IPv${family} packets meet none`;
      faults.push(warning("no-rules", message, { file }));
      value.set(family, rulesOf([{ ruleset: { family, tables: new Map() } }]));
    }
  }
  return { value, faults };
}

function rulesOf(
  sections: readonly { readonly ruleset: Ruleset; readonly backend?: Backend | undefined }[],
): TraceRules {
  return {
    linked: sections.map(({ ruleset, backend }) => linkRules(ruleset, backend)),
    rulesets: sections.map(({ ruleset }) => ruleset),
  };
}
