import type { ApiEvent } from "../api/cache.js";
import { formatTime, parseTime } from "../clock.js";
import type { Actor } from "../journal.js";
import type { Node, Pod, Taint } from "../objects.js";
import { LEASE_NAMESPACE, isNodeReady } from "../kubelet/registration.js";
import { isOver, withCondition } from "../pods.js";
import { tolerates } from "../scheduler/taints.js";
import { actorOf, type Component, type Surroundings } from "../simulation/component.js";

const NAME = "node-lifecycle-controller";
const MONITOR = "monitor";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const NOT_READY = "node.kubernetes.io/not-ready";

/**
 * Listens for the nodes' signs of life. A silent node becomes unknown and tainted, its Pods no
 * longer ready; when their tolerance of the taint is over, they are deleted
 * (`pkg/controller/nodelifecycle`, `pkg/controller/tainteviction`, and the Pod garbage collector
 * for nodes that are gone). Keys: `monitor`, or a node's name.
 */
export class NodeLifecycleController implements Component {
  readonly name = NAME;
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
    around.wake(MONITOR, around.clock.now() + around.settings.timing.nodeMonitorPeriod, {
      idle: true,
    });
  }

  keysOf(event: ApiEvent): readonly string[] {
    if (event.plural === "nodes") return [event.object.metadata.name];
    const { object } = event;
    if (object.kind !== "Pod" || !("spec" in object) || event.type === "DELETED") return [];
    const name =
      object.spec !== undefined && "nodeName" in object.spec ? object.spec.nodeName : undefined;
    if (name === undefined) return [];
    const node = this.#around.api.cache.get("nodes", "", name);
    const troubled = node === undefined || (node.spec.taints ?? []).some(isNoExecute);
    return troubled ? [name] : [];
  }

  async reconcile(key: string, because: number | undefined): Promise<void> {
    const { api, clock, settings, wake } = this.#around;
    if (key === MONITOR) {
      for (const node of api.cache.list("nodes")) await this.#monitor(node, actorOf(NAME, because));
      wake(MONITOR, clock.now() + settings.timing.nodeMonitorPeriod, { idle: true });
      return;
    }
    const node = api.cache.get("nodes", "", key);
    if (node === undefined) await this.#orphanPods(key, because);
    else await this.#evict(await this.#retaint(node, actorOf(NAME, because)), because);
  }

  async #monitor(node: Node, actor: Actor): Promise<void> {
    const { api, clock, settings } = this.#around;
    const lease = api.cache.get("leases", LEASE_NAMESPACE, node.metadata.name);
    const heard = parseTime(lease?.spec?.renewTime ?? node.metadata.creationTimestamp);
    const silent = clock.now() - heard > settings.timing.nodeMonitorGrace;
    if (!silent || readiness(node) === "Unknown") return;
    const time = formatTime(clock.now());
    const conditions = (node.status?.conditions ?? []).map(({ type, lastHeartbeatTime }) => ({
      type,
      lastHeartbeatTime: lastHeartbeatTime ?? time,
      status: "Unknown",
      reason: "NodeStatusUnknown",
      message: "Kubelet stopped posting node status.",
      lastTransitionTime: time,
    }));
    await api.mutate(
      "nodes",
      "",
      node.metadata.name,
      (current) => ({ ...current, status: { ...current.status, conditions } }),
      { actor, note: `no sign of life for ${Math.round((clock.now() - heard) / 1000)}s` },
      "status",
    );
    api.remark(
      actor,
      node,
      "Normal",
      "NodeNotReady",
      `Node ${node.metadata.name} status is now: NodeNotReady`,
    );
    await this.#markPodsNotReady(node.metadata.name, actor);
  }

  /** Nobody else can say any more that they are not ready: their kubelet is silent. */
  async #markPodsNotReady(nodeName: string, actor: Actor): Promise<void> {
    const { api, clock } = this.#around;
    const time = formatTime(clock.now());
    for (const pod of api.cache.podsOnNode(nodeName)) {
      const { namespace, name } = pod.metadata;
      const condition = { type: "Ready", status: "False", reason: "NodeNotReady" };
      await api.mutate(
        "pods",
        namespace,
        name,
        (current) => ({
          ...current,
          status: {
            ...current.status,
            conditions: withCondition(current.status?.conditions ?? [], condition, time),
          },
        }),
        { actor, note: `its node ${nodeName} is silent` },
        "status",
      );
    }
  }

  /** Keeps the taints that tell of a node's state. */
  async #retaint(node: Node, actor: Actor): Promise<Node> {
    const { api, clock } = this.#around;
    const ready = readiness(node);
    const key = ready === "Unknown" ? UNREACHABLE : NOT_READY;
    const present = node.spec.taints ?? [];
    const others = present.filter((taint) => ![UNREACHABLE, NOT_READY].includes(taint.key));
    const kept = present.filter((taint) => taint.key === key);
    const time = formatTime(clock.now());
    const wanted: readonly Taint[] =
      ready === "True"
        ? others
        : kept.length === 2
          ? [...others, ...kept]
          : [
              ...others,
              { key, effect: "NoSchedule", timeAdded: time },
              { key, effect: "NoExecute", timeAdded: time },
            ];
    if (wanted.length === present.length && kept.length === (ready === "True" ? 0 : 2)) return node;
    const { taints: _old, ...spec } = node.spec;
    const tainted = await api.mutate(
      "nodes",
      "",
      node.metadata.name,
      (current) => ({ ...current, spec: wanted.length === 0 ? spec : { ...spec, taints: wanted } }),
      { actor, note: ready === "True" ? "taints removed" : `tainted ${key}` },
    );
    return tainted.ok ? tainted.value : node;
  }

  /** Deletes Pods whose tolerance of the node's taints is over (`tainteviction`). */
  async #evict(node: Node, because: number | undefined): Promise<void> {
    const { api, clock, wake } = this.#around;
    const taints = (node.spec.taints ?? []).filter(isNoExecute);
    if (taints.length === 0) return;
    const actor = actorOf("taint-eviction-controller", because);
    const later: number[] = [];
    for (const pod of api.cache.podsOnNode(node.metadata.name)) {
      if (pod.metadata.deletionTimestamp !== undefined) continue;
      const at = evictionTime(pod, taints);
      if (at > clock.now()) {
        later.push(at);
        continue;
      }
      const note = `it no longer tolerates ${taints.map((taint) => taint.key).join(", ")} on ${node.metadata.name}`;
      api.remark(
        actor,
        pod,
        "Normal",
        "TaintManagerEviction",
        `Marking for deletion Pod ${pod.metadata.namespace}/${pod.metadata.name}`,
      );
      await api.delete("pods", pod.metadata.namespace, pod.metadata.name, { actor, note });
    }
    const next = Math.min(...later);
    if (Number.isFinite(next)) wake(node.metadata.name, next, { because });
  }

  /** Pods of a node that is gone go without asking a kubelet (`podgc`). */
  async #orphanPods(nodeName: string, because: number | undefined): Promise<void> {
    const { api } = this.#around;
    const actor = actorOf("pod-garbage-collector", because);
    for (const pod of api.cache.podsOnNode(nodeName)) {
      const { namespace, name } = pod.metadata;
      const note = `its node ${nodeName} is gone`;
      await api.delete("pods", namespace, name, { actor, note }, { gracePeriodSeconds: 0 });
    }
  }
}

function readiness(node: Node): "True" | "False" | "Unknown" {
  if (isNodeReady(node)) return "True";
  const ready = (node.status?.conditions ?? []).find((condition) => condition.type === "Ready");
  return ready?.status === "Unknown" ? "Unknown" : "False";
}

function isNoExecute(taint: Taint): boolean {
  return taint.effect === "NoExecute";
}

/** The first moment at which a Pod stops tolerating one of the taints; infinite: it tolerates all. */
function evictionTime(pod: Pod, taints: readonly Taint[]): number {
  if (isOver(pod)) return Number.POSITIVE_INFINITY;
  let first = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const tolerations = (pod.spec.tolerations ?? []).filter((one) => tolerates(one, taint));
    if (tolerations.length === 0) return 0;
    const seconds = tolerations.map((one) => one.tolerationSeconds ?? Number.POSITIVE_INFINITY);
    const since = Number.isNaN(parseTime(taint.timeAdded)) ? 0 : parseTime(taint.timeAdded);
    first = Math.min(first, since + Math.max(0, Math.min(...seconds)) * 1000);
  }
  return first;
}
