import type { Checked, Fault } from "../errors.js";
import { checkBackends, checkEnd } from "./check/backends.js";
import { checkDuplicates } from "./check/duplicates.js";
import { makeContext } from "./check/context.js";
import { checkJumps } from "./check/jumps.js";
import { checkDepth, checkLoops } from "./check/loops.js";
import { checkNames } from "./check/names.js";
import { checkNeverMatches } from "./check/never.js";
import { checkPlacement, checkPolicies } from "./check/placement.js";
import { checkProbabilities } from "./check/probability.js";
import { checkUnreachable, checkUnused } from "./check/reach.js";
import type { Backend, Dump } from "./parse.js";
import type { Ruleset } from "./types.js";

/** Those that find what the kernel or iptables refuses, and some that it does not. */
const REFUSING = [
  checkNames,
  checkJumps,
  checkLoops,
  checkPlacement,
  checkPolicies,
  checkBackends,
] as const;

/** Those that find what loads all the same. */
const DOUBTING = [
  checkDepth,
  checkUnreachable,
  checkUnused,
  checkDuplicates,
  checkNeverMatches,
  checkProbabilities,
] as const;

/** What to check, and how to name the text. */
export interface CheckOptions {
  /** The file's name, for the positions of faults. */
  readonly file?: string;
  /** Which of the two is to load the rules; `checkDump` goes by the banners of the dump. */
  readonly backend?: Backend;
  /** Only what keeps rules from being loaded: of 320,000 rules in a third of the time. */
  readonly refusalsOnly?: boolean;
}

/**
 * What is wrong with rules, table by table. `error`: the kernel or iptables refuses them.
 * `warning`: they load and very likely do not do what was meant. `note`: worth a look.
 */
export function checkRuleset(ruleset: Ruleset, options: CheckOptions = {}): readonly Fault[] {
  const faults: Fault[] = [];
  for (const table of ruleset.tables.values()) {
    const context = makeContext(table, ruleset.family, options, faults);
    for (const check of REFUSING) check(context);
    if (options.refusalsOnly !== true) for (const check of DOUBTING) check(context);
  }
  if (options.refusalsOnly !== true) return faults;
  return faults.filter(({ severity }) => severity === "error");
}

/** The faults of reading a dump together with those of its rules, by line, each told once. */
export function checkDump(read: Checked<Dump>, options: CheckOptions = {}): readonly Fault[] {
  const found = read.value.sections.flatMap(({ ruleset, backend }) =>
    checkRuleset(ruleset, backend === undefined ? options : { ...options, backend }),
  );
  const told = new Set(read.faults.map(identity));
  // A chain that a command made has no line of its own; its name was told where it was read.
  const named = new Set(read.faults.map(({ code }) => code));
  const end = checkEnd(read.value, options.file);
  const fresh = [...found, ...end].filter(
    (fault) =>
      !told.has(identity(fault)) &&
      !(fault.at.line === undefined && NAME_CODES.has(fault.code) && named.has(fault.code)),
  );
  return [...read.faults, ...fresh].sort((a, b) => (a.at.line ?? 0) - (b.at.line ?? 0));
}

const NAME_CODES: ReadonlySet<string> = new Set(["chain-name-too-long", "bad-chain-name"]);

function identity({ code, at }: Fault): string {
  return `${code} ${at.line ?? ""}`;
}
