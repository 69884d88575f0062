import type { ApiEvent } from "../api/cache.js";
import { formatTime } from "../clock.js";
import { sameJson } from "../json.js";
import { keyOfObject, type AnyObject, type Node, type Pod } from "../objects.js";
import { conditionOf, isOver, withCondition } from "../pods.js";
import { actorOf, splitKey, type Component, type Surroundings } from "../simulation/component.js";
import { describeRefusal, filterNodes } from "./filter.js";
import { NodeInfo } from "./node-info.js";
import { bestNodes } from "./score.js";

const NAME = "scheduler";

/** Finds a node for every Pod that has none: filters, scores, binds (`kube-scheduler`). */
export class Scheduler implements Component {
  readonly name = NAME;
  readonly #around: Surroundings;
  /** Sorted by name, so that a run does not depend on the order in which nodes came. */
  #nodes: NodeInfo[] = [];
  readonly #waiting = new Set<string>();

  constructor(around: Surroundings) {
    this.#around = around;
    for (const node of around.api.cache.list("nodes")) this.#nodes.push(new NodeInfo(node));
    for (const pod of around.api.cache.list("pods")) {
      this.#nodeNamed(pod.spec.nodeName)?.add(pod);
      if (needsNode(pod)) this.#waiting.add(keyOfObject(pod));
    }
    around.api.cache.subscribe((event) => this.#learn(event));
  }

  keysOf(event: ApiEvent): readonly string[] {
    if (isPod(event.object)) {
      if (needsNode(event.object) && event.type !== "DELETED") {
        return isNewsFor(event) ? [keyOfObject(event.object)] : [];
      }
      return frees(event) ? [...this.#waiting].sort() : [];
    }
    return event.plural === "nodes" ? [...this.#waiting].sort() : [];
  }

  async reconcile(key: string, because: number | undefined): Promise<void> {
    const { api } = this.#around;
    const [namespace, name] = splitKey(key);
    const pod = api.cache.get("pods", namespace, name);
    if (pod === undefined || !needsNode(pod)) return;
    const actor = actorOf(NAME, because);
    const { fitting, refused } = filterNodes(pod, this.#nodes);
    const best = fitting.length > 1 ? bestNodes(pod, fitting) : fitting;
    const chosen = this.#oneOf(best);
    if (chosen === undefined) {
      await this.#postpone(pod, describeRefusal(this.#nodes.length, refused), because);
      return;
    }
    const nodeName = chosen.node.metadata.name;
    const note = `to ${nodeName}, one of ${best.length} best of ${fitting.length} fitting nodes`;
    const bound = await api.bind(namespace, name, nodeName, { actor, note });
    if (bound.ok) {
      const said = `Successfully assigned ${key} to ${nodeName}`;
      api.remark(actor, pod, "Normal", "Scheduled", said);
    }
  }

  #oneOf(best: readonly NodeInfo[]): NodeInfo | undefined {
    if (best.length <= 1) return best[0];
    const { random, settings } = this.#around;
    for (const name of settings.luck.nodes) {
      const lucky = best.find(({ node }) => node.metadata.name === name);
      if (lucky !== undefined) return lucky;
    }
    return best[random.below(best.length)];
  }

  async #postpone(pod: Pod, message: string, because: number | undefined): Promise<void> {
    const { api, clock } = this.#around;
    const actor = actorOf(NAME, because);
    const { namespace, name } = pod.metadata;
    if (conditionOf(pod.status, "PodScheduled")?.message === message) return;
    api.remark(actor, pod, "Warning", "FailedScheduling", message);
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
    const time = formatTime(clock.now());
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
      { actor, note: message },
      "status",
    );
  }

  #learn(event: ApiEvent): void {
    const { object } = event;
    if (isNode(object)) this.#learnNode(event.type, object);
    if (!isPod(object)) return;
    const key = keyOfObject(object);
    if (event.type !== "DELETED" && needsNode(object)) this.#waiting.add(key);
    else this.#waiting.delete(key);
    const info = this.#nodeNamed(object.spec.nodeName);
    if (event.type === "DELETED") info?.remove(object.metadata.uid);
    else info?.replace(object);
  }

  #learnNode(type: ApiEvent["type"], node: Node): void {
    const { name } = node.metadata;
    const known = this.#nodeNamed(name);
    if (type === "DELETED") {
      this.#nodes = this.#nodes.filter((info) => info !== known);
    } else if (known === undefined) {
      const added = new NodeInfo(node);
      for (const pod of this.#around.api.cache.podsOnNode(name)) added.add(pod);
      this.#nodes = [...this.#nodes, added].sort((left, right) =>
        left.node.metadata.name < right.node.metadata.name ? -1 : 1,
      );
    } else {
      known.update(node);
    }
  }

  #nodeNamed(name: string | undefined): NodeInfo | undefined {
    if (name === undefined) return undefined;
    let low = 0;
    let high = this.#nodes.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const info = this.#nodes[middle];
      const found = info?.node.metadata.name ?? "";
      if (found === name) return info;
      if (found < name) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}

function needsNode(pod: Pod): boolean {
  return (
    pod.spec.nodeName === undefined &&
    pod.metadata.deletionTimestamp === undefined &&
    !isOver(pod) &&
    (pod.spec.schedulingGates ?? []).length === 0 &&
    (pod.spec.schedulerName ?? "default-scheduler") === "default-scheduler"
  );
}

/** The scheduler's own note of why a Pod waits is no reason to try again. */
function isNewsFor({ object, before }: ApiEvent): boolean {
  if (before === undefined || !isPod(object) || !isPod(before)) return true;
  return (
    !sameJson(object.spec, before.spec) || !sameJson(object.metadata.labels, before.metadata.labels)
  );
}

/** Whether a change may have made room for those who wait. */
function frees({ type, object }: ApiEvent): boolean {
  return isPod(object) && (type === "DELETED" || isOver(object));
}

function isPod(object: AnyObject): object is Pod {
  return object.kind === "Pod";
}

function isNode(object: AnyObject): object is Node {
  return object.kind === "Node";
}
