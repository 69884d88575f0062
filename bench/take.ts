import { peakMegabytes, peakOf } from "./machine.js";
import { measure, timeOf, type Rounds, type Timing } from "./measure.js";
import { PHASES } from "./phases/index.js";
import type { Baseline, NotHere, PhaseName, Prepared, Result, Size, Taken } from "./types.js";

/** What one measurement is of. */
export interface Job {
  readonly phase: PhaseName;
  readonly size: Size;
  readonly seed: number;
  readonly rounds: Rounds;
}

/** Times one phase at one size, in this process. */
export async function take({ phase, size, seed, rounds }: Job): Promise<Result | NotHere> {
  const prepared = await PHASES[phase].prepare(size, seed);
  if ("notHere" in prepared) return prepared;
  const { timing, peak } = timed(prepared, rounds);
  const { count, unit } = prepared;
  const rate = rateOf(count, timing.medianMs);
  const baselines = prepared.baselines.map(({ name, count: own, work }) =>
    baselineOf(name, own, typeof work === "function" ? measureClean(work, rounds) : work, rate),
  );
  for (const { name, count: own, time } of prepared.later ?? []) {
    baselines.push(baselineOf(name, own, await time(rounds), rate));
  }
  return {
    phase,
    ...size,
    median_ms: timing.medianMs,
    min_ms: timing.minMs,
    max_ms: timing.maxMs,
    rounds: timing.rounds,
    cpu_ms: timing.cpuMs ?? timing.medianMs,
    rate,
    unit,
    peak_mb: peak,
    baselines,
    notes: prepared.notes ?? [],
  };
}

function timed(
  prepared: Prepared | Taken,
  rounds: Rounds,
): { readonly timing: Timing; readonly peak: number } {
  if ("timing" in prepared) return { timing: prepared.timing, peak: peakMegabytes() };
  let warmUpMs = 0;
  const peak = peakOf(() => {
    warmUpMs = timeOf(prepared.work, 1);
  });
  return { timing: measure(prepared.work, rounds, warmUpMs), peak };
}

/** Without the garbage of what was timed before. */
function measureClean(work: () => unknown, rounds: Rounds): Timing {
  globalThis.gc?.();
  return measure(work, rounds);
}

function baselineOf(name: string, count: number, { medianMs }: Timing, own: number): Baseline {
  const rate = rateOf(count, medianMs);
  return { name, median_ms: medianMs, rate, ratio: own / rate };
}

/** Of a second. */
function rateOf(count: number, ms: number): number {
  return (count / ms) * 1_000;
}
