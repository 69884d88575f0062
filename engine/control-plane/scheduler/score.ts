import { matchesSelector } from "../api/selector.js";
import { controllerOf, type Pod } from "../objects.js";
import { countsByDomain, domainOf, matchesNodeTerm } from "./filter.js";
import type { NodeInfo } from "./node-info.js";
import { scoredRequestsOf } from "./requests.js";
import { isTolerated } from "./taints.js";

/** 0 to 100 for each node, more is better. */
type Score = (pod: Pod, nodes: readonly NodeInfo[]) => readonly number[];

/** The free part of a resource, 0 to 100. */
function free(used: number, all: number): number {
  return all === 0 || used > all ? 0 : (100 * (all - used)) / all;
}

/** The used part of a resource, 0 to 1. */
function share(used: number, all: number): number {
  return all === 0 ? 1 : Math.min(1, used / all);
}

/** How much of a node would still be free, on average of CPU and memory. */
const leastAllocated: Score = (pod, nodes) => {
  const { cpu, memory } = scoredRequestsOf(pod.spec);
  return nodes.map((info) => {
    const cpuFree = free(info.scoredCpu + cpu, info.cpu);
    const memoryFree = free(info.scoredMemory + memory, info.memory);
    return Math.floor((cpuFree + memoryFree) / 2);
  });
};

/** How alike the shares taken of CPU and memory would be. */
const balancedAllocation: Score = (pod, nodes) => {
  const { cpu, memory } = scoredRequestsOf(pod.spec);
  return nodes.map((info) => {
    const cpuShare = share(info.scoredCpu + cpu, info.cpu);
    const memoryShare = share(info.scoredMemory + memory, info.memory);
    return Math.floor(100 * (1 - Math.abs(cpuShare - memoryShare) / 2));
  });
};

const preferredTaints: Score = (pod, nodes) =>
  normalized(
    nodes.map(
      ({ node }) =>
        (node.spec.taints ?? []).filter(
          (taint) => taint.effect === "PreferNoSchedule" && !isTolerated(pod.spec, taint),
        ).length,
    ),
    "fewer",
  );

const preferredNodes: Score = (pod, nodes) => {
  const terms =
    pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const weights = nodes.map((info) =>
    terms.reduce(
      (sum, term) => sum + (matchesNodeTerm(term.preference, info) ? term.weight : 0),
      0,
    ),
  );
  return normalized(weights, "more");
};

/**
 * Pods of one controller keep apart by node, and Pods keep to their soft spread constraints
 * (`PodTopologySpread` with its default constraints).
 */
const spread: Score = (pod, nodes) => {
  const soft = (pod.spec.topologySpreadConstraints ?? []).filter(
    (constraint) => constraint.whenUnsatisfiable === "ScheduleAnyway",
  );
  const counts = nodes.map(() => 0);
  for (const constraint of soft) {
    const byDomain = countsByDomain(pod, nodes, constraint.topologyKey, (other) =>
      matchesSelector(constraint.labelSelector, other.metadata.labels),
    );
    for (const [index, info] of nodes.entries()) {
      const domain = domainOf(info, constraint.topologyKey);
      counts[index] = (counts[index] ?? 0) + (byDomain.get(domain ?? "") ?? 0);
    }
  }
  const uid = controllerOf(pod)?.uid;
  if ((pod.spec.topologySpreadConstraints ?? []).length === 0 && uid !== undefined) {
    return normalized(
      nodes.map((info) => info.siblings(uid)),
      "fewer",
    );
  }
  return normalized(counts, "fewer");
};

/** Scales to 0..100, the best of them at 100. */
function normalized(values: readonly number[], better: "more" | "fewer"): readonly number[] {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  if (most === 0) return values.map(() => (better === "fewer" ? 100 : 0));
  return values.map((value) => {
    const points = Math.floor((100 * value) / most);
    return better === "more" ? points : 100 - points;
  });
}

interface ScoreRule {
  readonly score: Score;
  /** As in the scheduler's default profile. */
  readonly weight: number;
  /** Whether it can tell nodes apart; always when absent. */
  readonly concerns?: (pod: Pod, nodes: readonly NodeInfo[]) => boolean;
}

const SCORES: readonly ScoreRule[] = [
  { score: leastAllocated, weight: 1 },
  { score: balancedAllocation, weight: 1 },
  {
    score: preferredTaints,
    weight: 3,
    concerns: (_pod, nodes) => nodes.some(({ node }) => node.spec.taints !== undefined),
  },
  {
    score: preferredNodes,
    weight: 2,
    concerns: ({ spec }) => spec.affinity?.nodeAffinity !== undefined,
  },
  { score: spread, weight: 2 },
];

/** The nodes that score best; chance decides among them. */
export function bestNodes(pod: Pod, nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  const totals = nodes.map(() => 0);
  for (const { score, weight, concerns } of SCORES) {
    if (concerns?.(pod, nodes) === false) continue;
    const points = score(pod, nodes);
    for (let index = 0; index < totals.length; index++) {
      totals[index] = (totals[index] ?? 0) + weight * (points[index] ?? 0);
    }
  }
  let most = 0;
  for (const total of totals) most = Math.max(most, total);
  return nodes.filter((_node, index) => totals[index] === most);
}
