import type { BenchReport, Result } from "./types.js";

/** A phase at one size in two runs; `change` is of the median, 0.07 = seven percent slower. */
export interface Change {
  readonly phase: string;
  readonly services: number;
  readonly endpoints: number;
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly change: number;
  /** No round of one run was as fast or as slow as a round of the other. */
  readonly certain: boolean;
}

/** Changes of more than `threshold` either way, the worst first. */
export function compareReports(
  before: BenchReport,
  after: BenchReport,
  threshold = 0.05,
): readonly Change[] {
  const earlier = new Map(before.results.map((result) => [keyOf(result), result]));
  return after.results
    .flatMap((result) => {
      const old = earlier.get(keyOf(result));
      return old === undefined ? [] : [changeOf(old, result)];
    })
    .filter(({ change }) => Math.abs(change) > threshold)
    .sort((left, right) => right.change - left.change);
}

function keyOf({ phase, services, endpoints }: Result): string {
  return `${phase} ${services} ${endpoints}`;
}

function changeOf(old: Result, result: Result): Change {
  return {
    phase: result.phase,
    services: result.services,
    endpoints: result.endpoints,
    beforeMs: old.median_ms,
    afterMs: result.median_ms,
    change: result.median_ms / old.median_ms - 1,
    certain: old.max_ms < result.min_ms || result.max_ms < old.min_ms,
  };
}
