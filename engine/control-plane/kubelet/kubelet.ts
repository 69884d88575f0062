import type { ApiEvent } from "../api/cache.js";
import type { Actor } from "../journal.js";
import { sameJson } from "../json.js";
import { keyOfObject, type AnyObject, type Pod, type PodStatus } from "../objects.js";
import { isOver, isTerminating } from "../pods.js";
import { actorOf, splitKey, type Component, type Surroundings } from "../simulation/component.js";
import type { Machine, Machines } from "./machines.js";
import { renewLease, reportHealthy } from "./registration.js";
import { advance } from "./advance.js";
import { isDown, startPod, stopPod, type RuntimePod } from "./runtime.js";
import { statusOf } from "./status.js";

export const KUBELET = "kubelet";

/**
 * The kubelets of all machines. Each runs the Pods that are bound to its node, reports how they
 * stand, takes them down when they are deleted, and gives a sign of life. A machine without power
 * does nothing. Keys: `NODE` is the sign of life, `NODE|NAMESPACE/NAME` a Pod.
 */
export class Kubelets implements Component {
  readonly name = KUBELET;
  readonly #around: Surroundings;
  readonly #machines: Machines;
  /** The status that a kubelet is writing. */
  #reporting: PodStatus | undefined;

  constructor(around: Surroundings, machines: Machines) {
    this.#around = around;
    this.#machines = machines;
  }

  /** What a kubelet reports itself is no news to it. */
  keysOf(event: ApiEvent): readonly string[] {
    if (!isPod(event.object) || this.#isOwnReport(event)) return [];
    const { nodeName } = event.object.spec;
    return nodeName === undefined ? [] : [`${nodeName}|${keyOfObject(event.object)}`];
  }

  #isOwnReport({ object, before }: ApiEvent): boolean {
    if (this.#reporting === undefined || before === undefined) return false;
    if (!isPod(object) || !isPod(before)) return false;
    const [now, then] = [object.metadata, before.metadata];
    return (
      sameJson(object.status, this.#reporting) &&
      now.deletionTimestamp === then.deletionTimestamp &&
      now.deletionGracePeriodSeconds === then.deletionGracePeriodSeconds &&
      sameJson(now.annotations, then.annotations) &&
      sameJson(object.spec, before.spec)
    );
  }

  async reconcile(key: string, because: number | undefined): Promise<void> {
    const [node = "", podKey] = key.split("|");
    const machine = this.#machines.get(node);
    if (machine?.powered !== true) return;
    const actor = actorOf(`${KUBELET}/${node}`, because);
    if (podKey === undefined) await this.#giveSign(machine, actor);
    else await this.#lookAfter(machine, podKey, actor);
  }

  async #giveSign(machine: Machine, actor: Actor): Promise<void> {
    const { clock, settings, wake } = this.#around;
    await renewLease(machine, this.#around, actor);
    await reportHealthy(machine, this.#around, actor);
    wake(machine.name, clock.now() + settings.timing.nodeHeartbeat, { idle: true });
  }

  async #lookAfter(machine: Machine, podKey: string, actor: Actor): Promise<void> {
    const [namespace, name] = splitKey(podKey);
    const found = this.#around.api.cache.get("pods", namespace, name);
    const pod = found?.spec.nodeName === machine.name ? found : undefined;
    this.#dropOthers(machine, podKey, pod?.metadata.uid);
    if (pod === undefined) return;
    const runtime = machine.pods.get(pod.metadata.uid) ?? (await this.#start(machine, pod, actor));
    if (runtime !== undefined) await this.#run(machine, pod, runtime, actor);
  }

  /** A Pod that is gone from the API server, or was replaced by one of its name, is killed. */
  #dropOthers(machine: Machine, podKey: string, uid: string | undefined): void {
    const running = machine.names.get(podKey);
    if (running !== undefined && running !== uid) this.#machines.remove(machine, running);
  }

  /** Makes the Pod's sandbox: its network namespace and address. */
  async #start(machine: Machine, pod: Pod, actor: Actor): Promise<RuntimePod | undefined> {
    const { api, clock, settings, wake } = this.#around;
    const now = clock.now();
    if (isOver(pod)) return undefined;
    if (isTerminating(pod)) {
      await this.#finish(pod, actor);
      return undefined;
    }
    const ips = this.#addressesFor(machine, pod);
    if (ips === undefined) {
      const cidrs = this.#sharesOf(machine);
      const why =
        cidrs.length === 0
          ? `node "${machine.name}" has no podCIDR`
          : `failed to allocate for range 0: no IP addresses available in range set: ${cidrs.join(",")}`;
      const note = `Failed to create pod sandbox: plugin type="bridge" failed (add): ${why}`;
      api.remark(actor, pod, "Warning", "FailedCreatePodSandBox", note);
      wake(`${machine.name}|${keyOfObject(pod)}`, now + settings.timing.restartBackoff, {
        idle: true,
      });
      await this.#reportNoSandbox(machine, pod, actor);
      return undefined;
    }
    const given = { ips, now, present: machine.images };
    const runtime = startPod(pod, given, settings.timing);
    for (const container of pod.spec.containers) machine.images.add(container.image ?? "");
    this.#machines.put(machine, runtime);
    return runtime;
  }

  #addressesFor(machine: Machine, pod: Pod): readonly string[] | undefined {
    if (pod.spec.hostNetwork === true) return machine.addresses;
    const cidrs = this.#sharesOf(machine);
    return cidrs.length === 0 ? undefined : this.#machines.nextAddresses(machine, cidrs);
  }

  #sharesOf(machine: Machine): readonly string[] {
    return this.#around.api.cache.get("nodes", "", machine.name)?.spec.podCIDRs ?? [];
  }

  async #reportNoSandbox(machine: Machine, pod: Pod, actor: Actor): Promise<void> {
    const containerStatuses = pod.spec.containers.map((spec) => ({
      name: spec.name,
      image: spec.image ?? "",
      imageID: "",
      ready: false,
      started: false,
      restartCount: 0,
      state: { waiting: { reason: "ContainerCreating" } },
      lastState: {},
    }));
    const hostIP = machine.addresses[0] ?? "";
    await this.#writeStatus(pod, { ...pod.status, hostIP, containerStatuses }, actor);
  }

  async #run(machine: Machine, pod: Pod, before: RuntimePod, actor: Actor): Promise<void> {
    const { api, clock, settings, wake } = this.#around;
    const now = clock.now();
    const { runtime, occurrences, nextAt } = advance(
      pod,
      isTerminating(pod) ? this.#stopping(pod, before, actor) : before,
      now,
      settings.timing,
    );
    this.#machines.put(machine, sameRuntime(before, runtime) ? before : runtime);
    for (const { type, reason, message } of occurrences) {
      api.remark(actor, pod, type, reason, message);
    }
    await this.#writeStatus(pod, statusOf(pod, runtime, machine.addresses, now), actor);
    if (runtime.stoppingSince !== undefined && isDown(runtime)) {
      this.#machines.remove(machine, runtime.uid);
      await this.#finish(pod, actor);
    } else if (Number.isFinite(nextAt)) {
      wake(`${machine.name}|${keyOfObject(pod)}`, nextAt, { because: actor.because });
    }
  }

  #stopping(pod: Pod, runtime: RuntimePod, actor: Actor): RuntimePod {
    const { api, clock } = this.#around;
    if (runtime.stoppingSince === undefined) {
      for (const { name } of pod.spec.containers) {
        api.remark(actor, pod, "Normal", "Killing", `Stopping container ${name}`);
      }
    }
    return stopPod(pod, runtime, clock.now(), pod.metadata.deletionGracePeriodSeconds ?? 30);
  }

  async #writeStatus(pod: Pod, status: PodStatus, actor: Actor): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    this.#reporting = status;
    await this.#around.api.mutate(
      "pods",
      namespace,
      name,
      (current) => (current.metadata.uid === uid ? { ...current, status } : current),
      { actor, note: summaryOf(status) },
      "status",
    );
    this.#reporting = undefined;
  }

  /** All its containers are down: the object may go. */
  async #finish(pod: Pod, actor: Actor): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    const note = "its containers are down";
    await this.#around.api.delete("pods", namespace, name, { actor, note }, options);
  }
}

function sameRuntime(left: RuntimePod, right: RuntimePod): boolean {
  return (
    left.stoppingSince === right.stoppingSince &&
    left.graceEnds === right.graceEnds &&
    left.containers.every((container, index) => container === right.containers[index])
  );
}

/** A Pod's state in a few words, for the journal. */
function summaryOf(status: PodStatus): string {
  const statuses = status.containerStatuses ?? [];
  const ready = statuses.filter((container) => container.ready).length;
  return `${status.phase ?? "Unknown"}, ${ready}/${statuses.length} ready`;
}

function isPod(object: AnyObject): object is Pod {
  return object.kind === "Pod";
}
