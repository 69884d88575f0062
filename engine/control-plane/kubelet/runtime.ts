import type { Container, Pod } from "../objects.js";
import type { Timing } from "../settings.js";
import { behaviourOf, preStopOf, prospectOf } from "./behaviour.js";

/** How a container stands on its machine; times in milliseconds since 1970. */
export type ContainerPhase =
  | {
      readonly kind: "waiting";
      readonly reason:
        | "ContainerCreating"
        | "CrashLoopBackOff"
        | "ErrImagePull"
        | "ImagePullBackOff";
      readonly until: number;
    }
  | { readonly kind: "running"; readonly since: number; readonly stop: Stop | undefined }
  | Ended;

/** How a container that was asked to stop goes down. */
export interface Stop {
  /** SIGTERM. */
  readonly termAt: number;
  readonly acceptsUntil: number;
  readonly exitAt: number;
  readonly exitCode: number;
}

export interface Ended {
  readonly kind: "ended";
  readonly since: number;
  readonly at: number;
  readonly exitCode: number;
  readonly reason: "Completed" | "Error";
}

export interface RuntimeContainer {
  readonly name: string;
  readonly phase: ContainerPhase;
  readonly restarts: number;
  readonly last: Ended | undefined;
  /** Milliseconds; the wait before the next start or pull, once there has been a failure. */
  readonly backoff: number | undefined;
}

/** A Pod as its machine runs it: one sandbox, one address, its containers in it. */
export interface RuntimePod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly startedAt: number;
  /** One of each of the cluster's families, the primary one first. */
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  readonly containers: readonly RuntimeContainer[];
  /** When its last init container is done. */
  readonly initializedAt: number;
  /** Set once the kubelet has begun to take it down. */
  readonly stoppingSince: number | undefined;
  /** When the grace given to it is over. */
  readonly graceEnds: number | undefined;
}

/** How long each init container runs before it exits with 0. */
const INIT_RUNS = 1000;

export function startPod(
  pod: Pod,
  given: {
    readonly ips: readonly string[];
    readonly now: number;
    readonly present: ReadonlySet<string>;
  },
  timing: Timing,
): RuntimePod {
  const { ips, now, present } = given;
  const initial = (pod.spec.initContainers ?? []).length * (INIT_RUNS + timing.containerStart);
  const initializedAt = now + initial;
  return {
    uid: pod.metadata.uid,
    namespace: pod.metadata.namespace,
    name: pod.metadata.name,
    startedAt: now,
    ips,
    hostNetwork: pod.spec.hostNetwork === true,
    initializedAt,
    stoppingSince: undefined,
    graceEnds: undefined,
    containers: pod.spec.containers.map((container) => ({
      name: container.name,
      phase: {
        kind: "waiting",
        reason: "ContainerCreating",
        until:
          initializedAt +
          (present.has(container.image ?? "") ? 0 : timing.imagePull) +
          timing.containerStart,
      },
      restarts: 0,
      last: undefined,
      backoff: undefined,
    })),
  };
}

/** Begins to take a Pod down, or brings its end closer when it is given less time. */
export function stopPod(pod: Pod, runtime: RuntimePod, now: number, grace: number): RuntimePod {
  const since = runtime.stoppingSince ?? now;
  const graceEnds = Math.min(runtime.graceEnds ?? Number.POSITIVE_INFINITY, since + grace * 1000);
  if (runtime.stoppingSince !== undefined && runtime.graceEnds === graceEnds) return runtime;
  const containers = runtime.containers.map((container): RuntimeContainer => {
    const spec = pod.spec.containers.find(({ name }) => name === container.name);
    if (container.phase.kind === "running" && spec !== undefined) {
      const stop = stopOf(pod, spec, since, graceEnds);
      return { ...container, phase: { ...container.phase, stop } };
    }
    return container.phase.kind === "waiting"
      ? {
          ...container,
          phase: { kind: "ended", since: now, at: now, exitCode: 137, reason: "Error" },
        }
      : container;
  });
  return { ...runtime, containers, stoppingSince: since, graceEnds };
}

/** A `preStop` that outlasts the grace gets two seconds more, once (`minimumGracePeriodInSeconds`). */
const LEAST_AFTER_PRE_STOP = 2000;

function stopOf(pod: Pod, container: Container, since: number, graceEnds: number): Stop {
  const preStop = preStopOf(container);
  const end =
    preStop > 0 && since + preStop >= graceEnds ? graceEnds + LEAST_AFTER_PRE_STOP : graceEnds;
  const termAt = Math.min(since + preStop, graceEnds);
  const done = termAt + behaviourOf(pod, container).drain;
  const exitAt = Math.min(done, end);
  return { termAt, acceptsUntil: exitAt, exitAt, exitCode: done <= end ? 0 : 137 };
}

/** The program dies at once, as from SIGKILL or the out-of-memory killer. */
export function crash(runtime: RuntimePod, container: string | undefined, now: number): RuntimePod {
  const containers = runtime.containers.map((one): RuntimeContainer => {
    if (one.phase.kind !== "running" || (container !== undefined && one.name !== container))
      return one;
    const ended: Ended = {
      kind: "ended",
      since: one.phase.since,
      at: now,
      exitCode: 137,
      reason: "Error",
    };
    return { ...one, phase: ended, last: ended };
  });
  return { ...runtime, containers };
}

/** Whether every container has ended and none will start again. */
export function isDown(runtime: RuntimePod): boolean {
  return runtime.containers.every((container) => container.phase.kind === "ended");
}

/** Whether a container accepts connections on its declared ports. */
export function isAccepting(
  pod: Pod,
  spec: Container,
  container: RuntimeContainer,
  now: number,
): boolean {
  const { phase } = container;
  if (phase.kind !== "running") return false;
  const { listensAt, killedAt, crashesAt } = prospectOf(pod, spec, phase.since);
  const until = Math.min(killedAt, crashesAt, phase.stop?.acceptsUntil ?? Number.POSITIVE_INFINITY);
  return now >= listensAt && now < until;
}
