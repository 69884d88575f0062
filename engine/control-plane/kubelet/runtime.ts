import type { Container, Pod } from "../objects.js";
import type { Timing } from "../settings.js";
import { behaviourOf, canBePulled, preStopOf, prospectOf } from "./behaviour.js";

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
  readonly ip: string;
  readonly hostNetwork: boolean;
  readonly containers: readonly RuntimeContainer[];
  /** When its last init container is done. */
  readonly initializedAt: number;
  /** Set once the kubelet has begun to take it down. */
  readonly stoppingSince: number | undefined;
  /** When the grace given to it is over. */
  readonly graceEnds: number | undefined;
}

/** Something that happened on the machine, for the journal. */
export interface Occurrence {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface Advanced {
  readonly runtime: RuntimePod;
  readonly occurrences: readonly Occurrence[];
  /** When something changes next by itself; infinite when nothing does. */
  readonly nextAt: number;
}

/** How long each init container runs before it exits with 0. */
const INIT_RUNS = 1000;

export function startPod(
  pod: Pod,
  given: { readonly ip: string; readonly now: number; readonly present: ReadonlySet<string> },
  timing: Timing,
): RuntimePod {
  const { ip, now, present } = given;
  const initial = (pod.spec.initContainers ?? []).length * (INIT_RUNS + timing.containerStart);
  const initializedAt = now + initial;
  return {
    uid: pod.metadata.uid,
    namespace: pod.metadata.namespace,
    name: pod.metadata.name,
    startedAt: now,
    ip,
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

/** Lets time pass on the machine up to `now`. */
export function advance(pod: Pod, runtime: RuntimePod, now: number, timing: Timing): Advanced {
  const occurrences: Occurrence[] = [];
  const stopping = runtime.stoppingSince !== undefined;
  const containers = runtime.containers.map((container) => {
    const spec = pod.spec.containers.find(({ name }) => name === container.name);
    if (spec === undefined) return container;
    return advanceContainer(pod, spec, container, { now, timing, stopping }, occurrences);
  });
  const next = { ...runtime, containers };
  return { runtime: next, occurrences, nextAt: nextChange(pod, next, now) };
}

interface Moment {
  readonly now: number;
  readonly timing: Timing;
  readonly stopping: boolean;
}

function advanceContainer(
  pod: Pod,
  spec: Container,
  start: RuntimeContainer,
  moment: Moment,
  occurrences: Occurrence[],
): RuntimeContainer {
  let container = start;
  for (;;) {
    const next = stepContainer(pod, spec, container, moment, occurrences);
    if (next === undefined) return container;
    container = next;
  }
}

/** The container's next phase if its time has come. */
function stepContainer(
  pod: Pod,
  spec: Container,
  container: RuntimeContainer,
  { now, timing, stopping }: Moment,
  occurrences: Occurrence[],
): RuntimeContainer | undefined {
  const { phase } = container;
  switch (phase.kind) {
    case "waiting":
      if (phase.until > now || stopping) return undefined;
      return canBePulled(spec.image ?? "")
        ? started(container, phase.until, occurrences)
        : pullFailed(spec, container, phase.until, timing, occurrences);
    case "running": {
      const end = endOf(pod, spec, phase);
      if (end.at > now) return undefined;
      occurrences.push(...end.occurrences);
      return { ...container, phase: end.ended, last: end.ended };
    }
    case "ended":
      return stopping ? undefined : restarted(pod, spec, container, phase, timing, occurrences);
  }
}

function started(
  container: RuntimeContainer,
  since: number,
  occurrences: Occurrence[],
): RuntimeContainer {
  occurrences.push({
    type: "Normal",
    reason: "Started",
    message: `Started container ${container.name}`,
  });
  return { ...container, phase: { kind: "running", since, stop: undefined } };
}

function pullFailed(
  spec: Container,
  container: RuntimeContainer,
  at: number,
  timing: Timing,
  occurrences: Occurrence[],
): RuntimeContainer {
  const host = (spec.image ?? "").split("/", 1)[0] ?? "";
  const message = `Failed to pull image "${spec.image ?? ""}": failed to resolve reference: lookup ${host}: no such host`;
  occurrences.push({ type: "Warning", reason: "Failed", message });
  const backoff = nextBackoff(container.backoff, timing);
  const reason = container.backoff === undefined ? "ErrImagePull" : "ImagePullBackOff";
  return { ...container, backoff, phase: { kind: "waiting", reason, until: at + backoff } };
}

function nextBackoff(backoff: number | undefined, timing: Timing): number {
  return backoff === undefined
    ? timing.restartBackoff
    : Math.min(2 * backoff, timing.restartBackoffMax);
}

/** A run this long clears the memory of earlier crashes. */
const BACKOFF_FORGOTTEN = 600_000;

function restarted(
  pod: Pod,
  spec: Container,
  container: RuntimeContainer,
  ended: Ended,
  timing: Timing,
  occurrences: Occurrence[],
): RuntimeContainer | undefined {
  const policy = pod.spec.restartPolicy ?? "Always";
  if (policy === "Never" || (policy === "OnFailure" && ended.exitCode === 0)) return undefined;
  const restarts = container.restarts + 1;
  const forgotten = ended.at - ended.since >= BACKOFF_FORGOTTEN;
  if (container.backoff === undefined || forgotten) {
    const until = ended.at + timing.containerStart;
    const phase = { kind: "waiting", reason: "ContainerCreating", until } as const;
    return { ...container, restarts, phase, backoff: timing.restartBackoff };
  }
  const message = `Back-off restarting failed container ${spec.name} in pod ${pod.metadata.name}`;
  occurrences.push({ type: "Warning", reason: "BackOff", message });
  const until = ended.at + container.backoff;
  return {
    ...container,
    restarts,
    phase: { kind: "waiting", reason: "CrashLoopBackOff", until },
    backoff: nextBackoff(container.backoff, timing),
  };
}

type Running = Extract<ContainerPhase, { kind: "running" }>;

function endOf(pod: Pod, spec: Container, phase: Running) {
  const prospect = prospectOf(pod, spec, phase.since);
  const stopAt = phase.stop?.exitAt ?? Number.POSITIVE_INFINITY;
  const at = Math.min(prospect.crashesAt, prospect.killedAt, stopAt);
  const occurrences: Occurrence[] = [];
  let exitCode = 1;
  if (at === stopAt) exitCode = phase.stop?.exitCode ?? 0;
  else if (at === prospect.killedAt) {
    exitCode = 137;
    const message = `Container ${spec.name} failed its probe, will be restarted`;
    occurrences.push({ type: "Warning", reason: "Unhealthy", message });
  }
  const reason = exitCode === 0 ? "Completed" : "Error";
  const ended: Ended = { kind: "ended", since: phase.since, at, exitCode, reason };
  return { at, ended, occurrences };
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

/** When anything that others can see changes next. */
function nextChange(pod: Pod, runtime: RuntimePod, now: number): number {
  const times = runtime.containers.flatMap((container): readonly number[] => {
    const { phase } = container;
    if (phase.kind === "waiting") return runtime.stoppingSince === undefined ? [phase.until] : [];
    const spec = pod.spec.containers.find(({ name }) => name === container.name);
    if (phase.kind === "ended" || spec === undefined) return [];
    const prospect = prospectOf(pod, spec, phase.since);
    const { listensAt, startedAt, readyAt, killedAt, crashesAt } = prospect;
    const stop = phase.stop === undefined ? [] : [phase.stop.termAt, phase.stop.exitAt];
    return [listensAt, startedAt, readyAt, killedAt, crashesAt, ...stop];
  });
  return Math.min(
    ...times.filter((time) => time > now),
    ...(runtime.initializedAt > now ? [runtime.initializedAt] : []),
    Number.POSITIVE_INFINITY,
  );
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
