import { fault, type Checked, type Fault } from "../../../engine/errors.js";
import { parseDump, type Dump } from "../../../engine/iptables/parse.js";
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

/** Of a dump: every section of the family; a table that comes twice replaces the first. */
export async function rulesOfDump(
  path: string,
  family: Family | undefined,
  io: Io,
): Promise<Checked<TraceRules>> {
  const { value, faults } = await loadLoadableDump(path, family, io);
  if (value === undefined) return { value: { linked: [], rulesets: [] }, faults };
  return withSections([value], family, { file: path, faults });
}

/** Of a snapshot: the saves of both backends, the legacy one first. */
export function rulesOfSnapshot(
  saves: readonly SnapshotRules[],
  family: Family,
): Checked<TraceRules> {
  const wanted = saves.filter(({ part }) => part.endsWith(String(family)));
  const dumps = wanted.map(({ text, file, part }) => ({
    backend: part.startsWith("legacy") ? ("legacy" as const) : ("nft" as const),
    read: parseDump(text, { file, family, makesAll: true }),
  }));
  const faults = dumps.flatMap(({ read }) => read.faults);
  const rulesets = dumps.flatMap(({ backend, read }) =>
    read.value.sections.map(({ ruleset }) => ({ backend, ruleset })),
  );
  return {
    value: {
      linked: rulesets.map(({ backend, ruleset }) => linkRules(ruleset, backend)),
      rulesets: rulesets.map(({ ruleset }) => ruleset),
    },
    faults,
  };
}

function withSections(
  dumps: readonly Dump[],
  family: Family | undefined,
  known: { readonly file: string; readonly faults: readonly Fault[] },
): Checked<TraceRules> {
  const sections = dumps.flatMap((dump) => dump.sections);
  const chosen = sections.filter((section) => family === undefined || section.family === family);
  const faults = [...known.faults];
  if (chosen.length === 0 && sections.length > 0 && family !== undefined) {
    const message = `the dump holds IPv${family === 4 ? 6 : 4} rules, the packet is IPv${family}`;
    faults.push(fault("wrong-family", message, { file: known.file }));
  }
  return {
    value: {
      linked: chosen.map(({ ruleset, backend }) => linkRules(ruleset, backend)),
      rulesets: chosen.map(({ ruleset }) => ruleset),
    },
    faults,
  };
}
