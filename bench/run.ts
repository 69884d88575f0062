import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { compareReports } from "./compare.js";
import { compileToMeasure } from "./compiled.js";
import { largeScene } from "./inputs/scene.js";
import { CHAINWALK, type Subject } from "./inputs/subject.js";
import { takeApart } from "./jobs.js";
import { thisMachine } from "./machine.js";
import {
  MOST_ENDPOINTS_IN_ALL,
  MOST_SEED,
  QUICK_ROUNDS,
  readOptions,
  ROUNDS,
  type BenchOptions,
} from "./options.js";
import { planOf, sizesOf, type Planned } from "./plan.js";
import { PROPERTIES } from "./properties/index.js";
import { proveLarge, proveSmall, type Failure } from "./properties/prove.js";
import { readReport } from "./read-report.js";
import { failureText } from "./report/failure.js";
import { changesText, headText, phaseText, resultText, targetsText } from "./report/table.js";
import { verdictsOf } from "./report/targets.js";
import { count, sizeText } from "./report/words.js";
import type { BenchReport, Result, Size } from "./types.js";

/** What a run may touch, so that tests run it in process. */
export interface BenchIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly cwd: string;
}

export const EXIT = { done: 0, wrong: 1, usage: 2, badFile: 3 } as const;

/** Small clusters of every feature that each property is held against. */
const SMALL_CLUSTERS = { quick: 25, full: 50 };

/** Runs one command line; resolves to its exit code. `subject` is what is proved. */
export async function run(
  argv: readonly string[],
  io: BenchIo,
  subject: Subject = CHAINWALK,
): Promise<number> {
  const read = readOptions(argv, io.out, io.err);
  if (read.kind === "ended") return read.exitCode;
  const { options } = read;
  const plan = planOf(options);
  const tooMany = sizesOf(plan).find(
    ({ services, endpoints }) => services * endpoints > MOST_ENDPOINTS_IN_ALL,
  );
  if (tooMany !== undefined) {
    io.err(`error: ${sizeText(tooMany)} are more than ${count(MOST_ENDPOINTS_IN_ALL)} endpoints\n`);
    return EXIT.usage;
  }
  const before = earlierReport(options, io);
  if (before === "unreadable" || !isWritable(options, io)) return EXIT.badFile;
  const seed = options.seed ?? before?.seed ?? randomInt(MOST_SEED);
  const head = { machine: thisMachine(), node: process.version, seed };
  io.out(headText(head));
  const failure = prove(plan, seed, options, subject, io);
  if (failure !== undefined) {
    io.out(failureText(failure));
    return EXIT.wrong;
  }
  const results = await timeAll(plan, seed, options, io);
  if (typeof results === "number") return results;
  const report: BenchReport = { ...head, results };
  io.out(targetsText(verdictsOf(results)));
  if (options.json !== undefined) {
    writeFileSync(resolve(io.cwd, options.json), `${JSON.stringify(report, undefined, 2)}\n`);
  }
  if (before !== undefined) {
    io.out(changesText(compareReports(before, report), options.compare ?? ""));
    if (before.seed !== seed) io.err(`note: that report is of seed ${before.seed}\n`);
  }
  return EXIT.done;
}

/** The first property that does not hold on the run's own inputs. */
function prove(
  plan: readonly Planned[],
  seed: number,
  { quick }: BenchOptions,
  subject: Subject,
  io: BenchIo,
): Failure | undefined {
  const runs = quick ? SMALL_CLUSTERS.quick : SMALL_CLUSTERS.full;
  for (const property of PROPERTIES) {
    io.err(`proving ${property.name} on ${runs} small clusters\n`);
    const failure = proveSmall(property, subject, seed, runs);
    if (failure !== undefined) return failure;
  }
  for (const size of sizesOf(plan)) {
    const failure = proveSize(size, seed, subject, io);
    if (failure !== undefined) return failure;
  }
  io.out(`proved: ${PROPERTIES.map(({ name }) => name).join(", ")}\n`);
  return undefined;
}

function proveSize(size: Size, seed: number, subject: Subject, io: BenchIo): Failure | undefined {
  const scene = largeScene(size, seed, subject);
  for (const property of PROPERTIES) {
    io.err(`proving ${property.name} on ${sizeText(size)}\n`);
    const failure = proveLarge(property, scene, size);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** All results, or the exit code of a run that could not go on. */
async function timeAll(
  plan: readonly Planned[],
  seed: number,
  { quick }: BenchOptions,
  io: BenchIo,
): Promise<readonly Result[] | number> {
  io.err("compiling what is measured\n");
  const folder = compiledOr(io);
  if (folder === undefined) return EXIT.wrong;
  const results: Result[] = [];
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  let named = "";
  for (const [at, { phase, size }] of plan.entries()) {
    io.err(`timing ${phase} on ${sizeText(size)} (${at + 1} of ${plan.length})\n`);
    try {
      const taken = await takeApart({ phase, size, seed, rounds }, folder);
      if (named !== phase) io.out(phaseText(phase));
      named = phase;
      if ("notHere" in taken) {
        io.out(`  not timed on ${sizeText(size)}: ${taken.notHere}\n`);
      } else {
        results.push(taken);
        io.out(resultText(taken));
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      io.err(`error: ${phase} on ${sizeText(size)}, seed ${seed}: ${reason}\n`);
      return EXIT.wrong;
    }
  }
  return results;
}

function compiledOr(io: BenchIo): string | undefined {
  try {
    return compileToMeasure();
  } catch (error) {
    io.err(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

function earlierReport(
  { compare }: BenchOptions,
  io: BenchIo,
): BenchReport | undefined | "unreadable" {
  if (compare === undefined) return undefined;
  try {
    return readReport(readFileSync(resolve(io.cwd, compare), "utf8"));
  } catch (error) {
    io.err(`error: ${compare}: ${reasonOf(error)}\n`);
    return "unreadable";
  }
}

/** Tried before minutes are spent on what cannot be written. */
function isWritable({ json }: BenchOptions, io: BenchIo): boolean {
  if (json === undefined) return true;
  try {
    writeFileSync(resolve(io.cwd, json), "", { flag: "a" });
    return true;
  } catch (error) {
    io.err(`error: ${json}: ${reasonOf(error)}\n`);
    return false;
  }
}

/** In words, without the path, which is told beside it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch ("code" in error ? error.code : "") {
    case "ENOENT":
      return "no such file or folder";
    case "EACCES":
      return "may not be opened";
    case "EISDIR":
      return "is a folder";
    default:
      return error.message;
  }
}
