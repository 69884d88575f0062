import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { Rounds } from "./measure.js";
import { isPhaseName } from "./read-report.js";
import { PHASE_NAMES, type PhaseName } from "./types.js";

/** What a run was asked for. */
export interface BenchOptions {
  readonly phases: readonly PhaseName[];
  /** Services; `undefined`: each phase's own list. */
  readonly sizes: readonly number[] | undefined;
  /** Of each Service; `undefined`: as the sizes have it, ten where sizes are given. */
  readonly endpoints: number | undefined;
  /** `undefined`: that of the report compared with, or a new one. */
  readonly seed: number | undefined;
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly compare: string | undefined;
}

/** Seeds of fast-check are 32-bit numbers. */
export const MOST_SEED = 0x7fffffff;
/** Beyond this the generated cluster IPs leave their range. */
const MOST_SERVICES = 200_000;
/** All endpoints have an address of 10.0.0.0/8 of their own. */
export const MOST_ENDPOINTS_IN_ALL = 16_000_000;

export const ROUNDS: Rounds = { least: 5, budgetMs: 400 };
export const QUICK_ROUNDS: Rounds = { least: 3, budgetMs: 100 };

interface Raw {
  readonly phases?: readonly PhaseName[];
  readonly sizes?: readonly number[];
  readonly endpoints?: number;
  readonly seed?: number;
  readonly quick?: boolean;
  readonly json?: string;
  readonly compare?: string;
}

/** The options, or the exit code with which the command line has ended already. */
export type ReadOptions =
  | { readonly kind: "options"; readonly options: BenchOptions }
  | { readonly kind: "ended"; readonly exitCode: number };

export function readOptions(
  argv: readonly string[],
  out: (text: string) => void,
  err: (text: string) => void,
): ReadOptions {
  const program = command()
    .exitOverride()
    .showHelpAfterError("(add --help for the options)")
    .configureOutput({ writeOut: out, writeErr: err });
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: "ended", exitCode: error.exitCode === 0 ? 0 : 2 };
  }
  const raw = program.opts<Raw>();
  const options: BenchOptions = {
    phases: raw.phases ?? PHASE_NAMES,
    sizes: raw.sizes,
    endpoints: raw.endpoints,
    seed: raw.seed,
    quick: raw.quick ?? false,
    json: raw.json,
    compare: raw.compare,
  };
  return { kind: "options", options };
}

function command(): Command {
  return new Command("bench")
    .description(
      "Proves properties on generated clusters, then times each phase on the same clusters beside " +
        "named baselines. Exits with 1 where a property does not hold or a result is not right.",
    )
    .option("--phases <names>", `of ${PHASE_NAMES.join(", ")}; all of them otherwise`, readPhases)
    .option("--sizes <numbers>", "how many Services, as in 100,10000", readSizes)
    .option("--endpoints <number>", "how many endpoints each Service has", readEndpoints)
    .option("--seed <number>", "of clusters, rules and packets; a new one otherwise", readSeed)
    .option("--quick", "one size, few rounds: about twenty seconds")
    .option("--json <file>", "writes all figures")
    .option("--compare <file>", "shows what changed by more than 5 % since that --json")
    .addHelpText("after", EXAMPLES);
}

const EXAMPLES = `
Examples:
  npm run bench -- --quick
  npm run bench -- --phases batch,linear --sizes 100,10000 --json before.json
  npm run bench -- --phases batch,linear --sizes 100,10000 --compare before.json
`;

function readPhases(text: string): readonly PhaseName[] {
  const asked = new Set(text.split(",").map((name) => name.trim()));
  for (const name of asked) {
    if (!isPhaseName(name)) {
      const all = PHASE_NAMES.join(", ");
      throw new InvalidArgumentError(`There is no phase "${name}"; there are ${all}.`);
    }
  }
  return PHASE_NAMES.filter((name) => asked.has(name));
}

function readSizes(text: string): readonly number[] {
  const sizes = text.split(",").map((part) => wholeNumber(part, 1, MOST_SERVICES));
  return [...new Set(sizes)].sort((left, right) => left - right);
}

function readEndpoints(text: string): number {
  return wholeNumber(text, 1, 100_000);
}

function readSeed(text: string): number {
  return wholeNumber(text, 0, MOST_SEED);
}

function wholeNumber(text: string, least: number, most: number): number {
  const trimmed = text.trim();
  const value = /^\d+$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`"${trimmed}" is no whole number from ${least} to ${most}.`);
}
