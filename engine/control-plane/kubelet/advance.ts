import type { Container, Pod } from "../objects.js";
import type { Timing } from "../settings.js";
import { canBePulled, prospectOf } from "./behaviour.js";
import type { ContainerPhase, Ended, RuntimeContainer, RuntimePod } from "./runtime.js";

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
