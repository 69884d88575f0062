/** Wall times of several rounds of one thing, in ms. */
export interface Timing {
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly rounds: number;
  /** Processor time of one call, all threads, on average; `undefined`: other processes did it. */
  readonly cpuMs?: number;
}

export interface Rounds {
  /** At least this many rounds, or `FEWEST` where they take longer than ten times the budget. */
  readonly least: number;
  /** No further round is begun after this many ms. */
  readonly budgetMs: number;
}

/**
 * Times `work` over several rounds after one that warms up. Short work is repeated inside a round
 * until the round takes 20 ms, because a single call is below what the clock tells apart from noise;
 * the figures are then per call. `warmUpMs` is what a call took that has warmed up already.
 */
export function measure(
  work: () => unknown,
  rounds: Rounds,
  warmUpMs: number = timeOf(work, 1),
): Timing {
  const repeats = repeatsFor(warmUpMs, work);
  const times: number[] = [];
  const start = performance.now();
  const before = process.cpuUsage();
  while (goesOn(times.length, performance.now() - start, rounds)) {
    times.push(timeOf(work, repeats) / repeats);
  }
  const { user, system } = process.cpuUsage(before);
  return { ...timingOf(times), cpuMs: (user + system) / 1e3 / (times.length * repeats) };
}

const ROUND_MS = 20;
/** A median needs these. */
const FEWEST = 3;
const MOST = 50;

function goesOn(done: number, takenMs: number, { least, budgetMs }: Rounds): boolean {
  if (done < Math.min(least, FEWEST)) return true;
  return done < MOST && (takenMs < budgetMs || (done < least && takenMs < 10 * budgetMs));
}

function repeatsFor(firstMs: number, work: () => unknown): number {
  if (firstMs >= ROUND_MS) return 1;
  const warm = timeOf(work, 3) / 3;
  return Math.max(1, Math.ceil(ROUND_MS / Math.max(warm, 0.001)));
}

export function timeOf(work: () => unknown, repeats: number): number {
  const start = performance.now();
  for (let round = 0; round < repeats; round++) work();
  return performance.now() - start;
}

/** As `measure`, for work that starts other processes or threads. */
export async function measureAsync(work: () => Promise<unknown>, rounds: Rounds): Promise<Timing> {
  const times: number[] = [];
  const start = performance.now();
  while (goesOn(times.length, performance.now() - start, rounds)) {
    const before = performance.now();
    await work();
    times.push(performance.now() - before);
  }
  return timingOf(times);
}

export function timingOf(times: readonly number[]): Timing {
  const sorted = times.toSorted((left, right) => left - right);
  return {
    medianMs: sorted[sorted.length >> 1] ?? 0,
    minMs: sorted[0] ?? 0,
    maxMs: sorted.at(-1) ?? 0,
    rounds: sorted.length,
  };
}
