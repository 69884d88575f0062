import {
  matchesLabels,
  matchesSelector,
  requirementHolds,
  toRequirement,
} from "../api/selector.js";
import type { Pod } from "../objects.js";
import type { NodeInfo } from "./node-info.js";
import { hostPortsOf, requestsOf } from "./requests.js";
import { isTolerated } from "./taints.js";

/** Why a node cannot take a Pod, in the scheduler's words; `undefined`: it can. */
type Filter = (wanted: Wanted, node: NodeInfo, nodes: readonly NodeInfo[]) => string | undefined;

/** A Pod and what it asks for, worked out once for all nodes. */
interface Wanted {
  readonly pod: Pod;
  readonly amounts: readonly { readonly name: string; readonly amount: number }[];
  readonly hostPorts: readonly string[];
}

const unschedulable: Filter = ({ pod }, { node }) => {
  if (node.spec.unschedulable !== true) return undefined;
  const taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
  return isTolerated(pod.spec, taint) ? undefined : "node(s) were unschedulable";
};

const taints: Filter = ({ pod }, { node }) => {
  const refused = node.spec.taints?.find(
    (taint) => taint.effect !== "PreferNoSchedule" && !isTolerated(pod.spec, taint),
  );
  return refused === undefined
    ? undefined
    : `node(s) had untolerated taint {${refused.key}: ${refused.value ?? ""}}`;
};

type NodeTerm = NonNullable<
  NonNullable<
    NonNullable<
      NonNullable<Pod["spec"]["affinity"]>["nodeAffinity"]
    >["requiredDuringSchedulingIgnoredDuringExecution"]
  >["nodeSelectorTerms"]
>[number];

export function matchesNodeTerm(term: NodeTerm, { node }: NodeInfo): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  const names = { "metadata.name": node.metadata.name };
  return (
    expressions.every((expression) => requirementHolds(toRequirement(expression), labels)) &&
    fields.every((field) => requirementHolds(toRequirement(field), names))
  );
}

const affinity: Filter = ({ pod }, info) => {
  const { nodeSelector, affinity: wanted } = pod.spec;
  const terms =
    wanted?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const fits =
    matchesLabels(nodeSelector ?? {}, info.node.metadata.labels) &&
    (terms === undefined || terms.some((term) => matchesNodeTerm(term, info)));
  return fits ? undefined : "node(s) didn't match Pod's node affinity/selector";
};

const ports: Filter = ({ hostPorts }, info) =>
  hostPorts.some((port) => info.takesHostPort(port))
    ? "node(s) didn't have free ports for the requested pod ports"
    : undefined;

const resources: Filter = ({ amounts }, info) => {
  for (const { name, amount } of amounts) {
    if (info.requested(name) + amount <= info.allocatable(name)) continue;
    return name === "pods" ? "Too many pods" : `Insufficient ${name}`;
  }
  return undefined;
};

/** The value of a topology label; nodes without it are in no domain. */
export function domainOf(info: NodeInfo, key: string): string | undefined {
  return info.node.metadata.labels?.[key];
}

const spread: Filter = (wanted, info, nodes) => {
  const { pod } = wanted;
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) {
    if (constraint.whenUnsatisfiable !== "DoNotSchedule") continue;
    const key = constraint.topologyKey;
    const domain = domainOf(info, key);
    if (domain === undefined) {
      return "node(s) didn't match pod topology spread constraints (missing required label)";
    }
    const eligible = nodes.filter((node) => affinity(wanted, node, nodes) === undefined);
    const counts = countsByDomain(pod, eligible, key, (other) =>
      matchesSelector(constraint.labelSelector, other.metadata.labels),
    );
    const self = matchesSelector(constraint.labelSelector, pod.metadata.labels) ? 1 : 0;
    const least = Math.min(...counts.values());
    if ((counts.get(domain) ?? 0) + self - least > constraint.maxSkew) {
      return "node(s) didn't match pod topology spread constraints";
    }
  }
  return undefined;
};

/** How many Pods of the namespace that `matches` each domain has. */
export function countsByDomain(
  pod: Pod,
  nodes: readonly NodeInfo[],
  key: string,
  matches: (other: Pod) => boolean,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const info of nodes) {
    const domain = domainOf(info, key);
    if (domain === undefined) continue;
    let count = counts.get(domain) ?? 0;
    for (const other of info.pods) {
      const counted = other.metadata.namespace === pod.metadata.namespace && matches(other);
      if (counted && other.metadata.deletionTimestamp === undefined) count++;
    }
    counts.set(domain, count);
  }
  return counts;
}

const podAffinity: Filter = ({ pod }, info, nodes) => {
  const apart = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const term of apart ?? []) {
    if (podsMatching(pod, term, info, nodes) > 0) {
      return "node(s) didn't match pod anti-affinity rules";
    }
  }
  const together = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const term of together ?? []) {
    if (podsMatching(pod, term, info, nodes) > 0) continue;
    const anywhere = nodes.some((node) => podsMatching(pod, term, node, nodes) > 0);
    const itself = matchesSelector(term.labelSelector, pod.metadata.labels);
    if (anywhere || !itself) return "node(s) didn't match pod affinity rules";
  }
  return undefined;
};

interface AffinityTerm {
  readonly labelSelector?: Parameters<typeof matchesSelector>[0];
  readonly namespaces?: readonly string[];
  readonly topologyKey: string;
}

/** Pods that match a term in the domain of one node. */
function podsMatching(
  pod: Pod,
  term: AffinityTerm,
  info: NodeInfo,
  nodes: readonly NodeInfo[],
): number {
  const domain = domainOf(info, term.topologyKey);
  if (domain === undefined) return 0;
  const namespaces = term.namespaces ?? [pod.metadata.namespace];
  let count = 0;
  for (const node of nodes) {
    if (domainOf(node, term.topologyKey) !== domain) continue;
    for (const other of node.pods) {
      const inside = namespaces.includes(other.metadata.namespace);
      if (inside && matchesSelector(term.labelSelector, other.metadata.labels)) count++;
    }
  }
  return count;
}

interface FilterRule {
  readonly filter: Filter;
  /** Whether a Pod asks for anything that it looks at; always when absent. */
  readonly concerns?: (wanted: Wanted) => boolean;
}

/** In the order in which the scheduler's default profile runs them. */
const FILTERS: readonly FilterRule[] = [
  { filter: unschedulable },
  { filter: taints },
  {
    filter: affinity,
    concerns: ({ pod }) =>
      pod.spec.nodeSelector !== undefined || pod.spec.affinity?.nodeAffinity !== undefined,
  },
  { filter: ports, concerns: ({ hostPorts }) => hostPorts.length > 0 },
  { filter: resources },
  { filter: spread, concerns: ({ pod }) => pod.spec.topologySpreadConstraints !== undefined },
  {
    filter: podAffinity,
    concerns: ({ pod: { spec } }) =>
      spec.affinity?.podAffinity !== undefined || spec.affinity?.podAntiAffinity !== undefined,
  },
];

export interface Filtered {
  readonly fitting: readonly NodeInfo[];
  /** How many nodes were refused for each reason. */
  readonly refused: ReadonlyMap<string, number>;
}

export function filterNodes(pod: Pod, nodes: readonly NodeInfo[]): Filtered {
  const refused = new Map<string, number>();
  const amounts = Object.entries(requestsOf(pod.spec))
    .map(([name, amount]) => ({ name, amount }))
    .filter(({ amount }) => amount > 0);
  const wanted: Wanted = { pod, amounts, hostPorts: hostPortsOf(pod) };
  const filters = FILTERS.filter(({ concerns }) => concerns?.(wanted) ?? true);
  const fitting = nodes.filter((node) => {
    for (const { filter } of filters) {
      const reason = filter(wanted, node, nodes);
      if (reason === undefined) continue;
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
      return false;
    }
    return true;
  });
  return { fitting, refused };
}

/** `0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu.` */
export function describeRefusal(count: number, refused: ReadonlyMap<string, number>): string {
  if (count === 0) return "no nodes available to schedule pods";
  const reasons = [...refused].map(([reason, nodes]) => `${nodes} ${reason}`).sort();
  return `0/${count} nodes are available: ${reasons.join(", ")}.`;
}
