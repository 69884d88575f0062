import type { Checked, Fault } from "../errors.js";
import { checkDuplicates } from "./check/duplicates.js";
import { makeContext } from "./check/context.js";
import { checkJumps } from "./check/jumps.js";
import { checkLoops } from "./check/loops.js";
import { checkNames } from "./check/names.js";
import { checkNeverMatches } from "./check/never.js";
import { checkPlacement, checkPolicies } from "./check/placement.js";
import { checkProbabilities } from "./check/probability.js";
import { checkUnreachable, checkUnused } from "./check/reach.js";
import type { Dump } from "./parse.js";
import type { Ruleset } from "./types.js";

const CHECKS = [
  checkNames,
  checkJumps,
  checkLoops,
  checkPlacement,
  checkPolicies,
  checkUnreachable,
  checkUnused,
  checkDuplicates,
  checkNeverMatches,
  checkProbabilities,
] as const;

export interface CheckOptions {
  /** The file's name, for the positions of faults. */
  readonly file?: string;
}

/**
 * What is wrong with rules, table by table. `error`: the kernel or iptables refuses them.
 * `warning`: they load and very likely do not do what was meant. `note`: worth a look.
 */
export function checkRuleset(ruleset: Ruleset, options: CheckOptions = {}): readonly Fault[] {
  const faults: Fault[] = [];
  for (const table of ruleset.tables.values()) {
    const context = makeContext(table, ruleset.family, options.file, faults);
    for (const check of CHECKS) check(context);
  }
  return faults;
}

/** The faults of reading a dump together with those of its rules, by line, each told once. */
export function checkDump(read: Checked<Dump>, options: CheckOptions = {}): readonly Fault[] {
  const found = read.value.sections.flatMap(({ ruleset }) => checkRuleset(ruleset, options));
  const told = new Set(read.faults.map(identity));
  const fresh = found.filter((fault) => !told.has(identity(fault)));
  return [...read.faults, ...fresh].sort((a, b) => (a.at.line ?? 0) - (b.at.line ?? 0));
}

function identity({ code, at }: Fault): string {
  return `${code} ${at.line ?? ""}`;
}
