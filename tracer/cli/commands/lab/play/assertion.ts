import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import { describeOutcome } from "../network/ends.js";
import type { Segment, WeightedEnd } from "./observation.js";
import type { Assertion } from "./scenario.js";

/** Whether an assertion held, and what a reader should know either way. */
export interface Verdict {
  readonly holds: boolean;
  readonly text: string;
}

/** Chances are exact up to the kernel's 31-bit draws; sums of them in doubles are not. */
const ROUNDING = 1e-9;

export function judge(
  assertion: Assertion,
  segments: readonly Segment[],
  cluster: Cluster,
): Verdict {
  const whole = segments.reduce((sum, segment) => sum + lengthOf(segment), 0);
  if (whole === 0) return { holds: false, text: "no time was observed, so nothing can be told" };
  switch (assertion.kind) {
    case "no-failures":
      return judgeFailures(segments, whole, assertion.atMost, cluster);
    case "equal-shares":
      return judgeShares(segments, assertion.within, cluster);
    case "heals":
      return judgeHealing(segments, assertion.within, cluster);
  }
}

function lengthOf({ from, until }: Segment): number {
  return until - from;
}

function failing(ends: readonly WeightedEnd[]): number {
  const sum = ends.reduce(
    (total, { outcome, chance }) => total + (outcome.kind === "answered" ? 0 : chance),
    0,
  );
  return sum > ROUNDING ? sum : 0;
}

function judgeFailures(
  segments: readonly Segment[],
  whole: number,
  atMost: number,
  cluster: Cluster,
): Verdict {
  const failed = segments.reduce(
    (sum, segment) => sum + failing(segment.ends) * lengthOf(segment),
    0,
  );
  const share = failed / whole;
  const over = `over ${seconds(whole)}`;
  if (failed === 0) return { holds: true, text: `no new connection failed ${over}` };
  const worst = segments.reduce((left, right) =>
    failing(right.ends) > failing(left.ends) ? right : left,
  );
  const text =
    `${percent(share)} of new connections failed ${over} ` +
    `(as many as if all had failed for ${seconds(failed)}); ${describeWorst(worst, cluster)}`;
  return { holds: share <= atMost + ROUNDING, text };
}

/** Names the moment, the chance, the reasons, and what had just happened. */
function describeWorst(segment: Segment, cluster: Cluster): string {
  const reasons = new Map<string, number>();
  for (const { outcome, chance } of segment.ends) {
    if (outcome.kind === "answered") continue;
    const reason = describeOutcome(outcome);
    reasons.set(reason, (reasons.get(reason) ?? 0) + chance);
  }
  const list = [...reasons]
    .sort(([, left], [, right]) => right - left)
    .map(([reason, chance]) => `${percent(chance)} ${reason}`);
  const cause = cluster.journal.find(segment.entry);
  const after =
    cause === undefined
      ? ""
      : `; just before, ${cause.actor} ${cause.did} ${cause.object}${cause.note === undefined ? "" : ` (${cause.note})`}`;
  return `worst at ${since(segment.from, cluster)}, for ${seconds(lengthOf(segment))}: ${list.join("; ")}${after}`;
}

function judgeShares(segments: readonly Segment[], within: number, cluster: Cluster): Verdict {
  let worst = 0;
  let place = "";
  for (const segment of segments) {
    const shares = new Map<string, number>();
    for (const { outcome, chance } of segment.ends) {
      if (outcome.kind !== "answered") continue;
      shares.set(outcome.by, (shares.get(outcome.by) ?? 0) + chance);
    }
    const all = [...shares.values()].reduce((sum, share) => sum + share, 0);
    const equal = all / shares.size;
    for (const [by, share] of shares) {
      const off = Math.abs(share - equal) / equal;
      if (off <= worst + ROUNDING) continue;
      worst = off;
      place = `${by} had ${percent(share)} instead of ${percent(equal)} at ${since(segment.from, cluster)}`;
    }
  }
  if (place === "")
    return { holds: true, text: "every answering Pod had an equal share throughout" };
  return {
    holds: worst <= within + ROUNDING,
    text: `shares were off by up to ${percent(worst)}: ${place}`,
  };
}

function judgeHealing(segments: readonly Segment[], within: number, cluster: Cluster): Verdict {
  const bad = segments.filter(({ ends }) => failing(ends) > 0);
  const [first, last] = [bad[0], bad.at(-1)];
  if (first === undefined || last === undefined) {
    return { holds: true, text: "no new connection failed, so there was nothing to heal" };
  }
  const began = since(first.from, cluster);
  if (last === segments.at(-1)) {
    const text = `failing since ${began} and still failing; ${describeWorst(last, cluster)}`;
    return { holds: false, text };
  }
  const took = last.until - first.from;
  const text = `healed ${seconds(took)} after the first failure at ${began}; ${describeWorst(first, cluster)}`;
  return { holds: took <= within, text };
}

function since(moment: number, { startedAt }: Cluster): string {
  return seconds(moment - startedAt);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)}s`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.001 ? 4 : 2)}%`;
}
