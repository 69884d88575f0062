import type { Change } from "../compare.js";
import { PHASES } from "../phases/index.js";
import { isPhaseName } from "../read-report.js";
import type { BenchReport, Result } from "../types.js";
import { count, duration, percent, rateText, ratioText, sizeText } from "./words.js";
import type { Verdict } from "./targets.js";

/** The machine and the seed, before anything is timed. */
export function headText({ machine, node, seed }: Omit<BenchReport, "results">): string {
  const { cpu, cores, memoryGiB, system } = machine;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node.js ${node}; seed ${seed}\n`;
}

/** What a phase is, above its results. */
export function phaseText(name: string): string {
  const what = isPhaseName(name) ? PHASES[name].what : "";
  return `\n${name}: ${what}\n`;
}

/** One result: size, time and spread, rate, memory; below it how it stands to each baseline. */
export function resultText(result: Result): string {
  const {
    median_ms: median,
    min_ms: least,
    max_ms: most,
    rounds,
    rate,
    unit,
    peak_mb: peak,
  } = result;
  const spread = `${duration(least)} to ${duration(most)} in ${rounds}`;
  const head = [
    sizeText(result).padEnd(31),
    duration(median).padStart(9),
    `(${spread})`.padEnd(32),
    `${rateText(rate)} ${unit}`.padEnd(26),
    `${duration(1_000 / rate)} each`.padEnd(12),
    `peak ${count(peak)} MB`,
  ];
  const baselines = result.baselines.map(
    ({ name, rate: other, ratio }) => `      ${ratioText(ratio)} ${name} (${rateText(other)})\n`,
  );
  const shared = median > BUSY * result.cpu_ms ? [busyText(result.cpu_ms)] : [];
  const notes = [...result.notes, ...shared].map((note) => `      ${note}\n`);
  return `  ${head.join(" ").trimEnd()}\n${[...baselines, ...notes].join("")}`;
}

/** Of wall time to processor time: beyond this, others had the processor. */
const BUSY = 1.5;

function busyText(cpuMs: number): string {
  return `the machine was busy: of one call only ${duration(cpuMs)} were processor time`;
}

export function targetsText(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "";
  const lines = verdicts.map(
    ({ target, met, seen }) => `  ${met ? "met   " : "MISSED"} ${target}: ${seen}\n`,
  );
  return `\nTargets\n${lines.join("")}`;
}

/** What became slower or faster since another report. */
export function changesText(changes: readonly Change[], file: string): string {
  if (changes.length === 0) return `\nNothing changed by more than 5 % since ${file}.\n`;
  const lines = changes.map(({ phase, beforeMs, afterMs, change, certain, ...size }) => {
    const name = `${phase}, ${sizeText(size)}`.padEnd(42);
    const times = `${duration(beforeMs)} to ${duration(afterMs)}`.padEnd(24);
    const doubt = certain ? "" : ", within the rounds' spread";
    return `  ${name} ${times} ${percent(change).padStart(7)}${doubt}\n`;
  });
  return `\nChanged by more than 5 % since ${file}\n${lines.join("")}`;
}
