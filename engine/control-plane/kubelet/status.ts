import { formatTime } from "../clock.js";
import type { Container, ContainerState, ContainerStatus, Pod, PodStatus } from "../objects.js";
import { withCondition } from "../pods.js";
import { prospectOf } from "./behaviour.js";
import type { Ended, RuntimeContainer, RuntimePod } from "./runtime.js";

/** What the kubelet reports of a Pod. */
export function statusOf(
  pod: Pod,
  runtime: RuntimePod,
  hostIps: readonly string[],
  now: number,
): PodStatus {
  const statuses = pod.spec.containers.flatMap((spec) => {
    const container = runtime.containers.find(({ name }) => name === spec.name);
    return container === undefined ? [] : [containerStatus(pod, spec, container, now)];
  });
  const phase = phaseOf(pod, runtime);
  return {
    ...pod.status,
    phase,
    hostIP: hostIps[0] ?? "",
    hostIPs: hostIps.map((ip) => ({ ip })),
    podIP: runtime.ips[0] ?? "",
    podIPs: runtime.ips.map((ip) => ({ ip })),
    startTime: formatTime(runtime.startedAt),
    ...initStatuses(pod, runtime, now),
    containerStatuses: statuses,
    conditions: conditionsOf(pod, runtime, statuses, phase, now),
  };
}

function phaseOf(pod: Pod, runtime: RuntimePod): string {
  const phases = runtime.containers.map((container) => container.phase);
  const ended = phases.filter((phase) => phase.kind === "ended");
  if (
    ended.length === phases.length &&
    (runtime.stoppingSince !== undefined || neverRestarts(pod, ended))
  ) {
    return ended.every((phase) => phase.exitCode === 0) ? "Succeeded" : "Failed";
  }
  const everRan = runtime.containers.some(
    (container) => container.phase.kind !== "waiting" || container.last !== undefined,
  );
  return everRan && runtime.containers.every(hasStarted) ? "Running" : "Pending";
}

function hasStarted(container: RuntimeContainer): boolean {
  return container.phase.kind !== "waiting" || container.last !== undefined;
}

function neverRestarts(pod: Pod, ended: readonly Ended[]): boolean {
  const policy = pod.spec.restartPolicy ?? "Always";
  return (
    policy === "Never" || (policy === "OnFailure" && ended.every((phase) => phase.exitCode === 0))
  );
}

function containerStatus(
  pod: Pod,
  spec: Container,
  container: RuntimeContainer,
  now: number,
): ContainerStatus {
  const { phase } = container;
  const running = phase.kind === "running";
  const prospect = running ? prospectOf(pod, spec, phase.since) : undefined;
  const image = spec.image ?? "";
  const terminated = container.last === undefined ? {} : endedState(container.last);
  const showLast = container.last !== undefined && phase !== container.last;
  return {
    name: spec.name,
    image,
    imageID: hasStarted(container) ? image : "",
    ready: prospect !== undefined && prospect.readyAt <= now,
    started: prospect !== undefined && prospect.startedAt <= now,
    restartCount: container.restarts,
    state: stateOf(spec, container),
    lastState: showLast ? terminated : {},
  };
}

function stateOf(spec: Container, { phase, backoff }: RuntimeContainer): ContainerState {
  switch (phase.kind) {
    case "running":
      return { running: { startedAt: formatTime(phase.since) } };
    case "ended":
      return endedState(phase);
    case "waiting": {
      const message =
        phase.reason === "CrashLoopBackOff"
          ? `back-off ${Math.round((backoff ?? 0) / 2000)}s restarting failed container=${spec.name}`
          : phase.reason === "ImagePullBackOff"
            ? `Back-off pulling image "${spec.image ?? ""}"`
            : undefined;
      return { waiting: { reason: phase.reason, ...(message === undefined ? {} : { message }) } };
    }
  }
}

function endedState(ended: Ended): ContainerState {
  return {
    terminated: {
      exitCode: ended.exitCode,
      reason: ended.reason,
      startedAt: formatTime(ended.since),
      finishedAt: formatTime(ended.at),
    },
  };
}

function initStatuses(pod: Pod, runtime: RuntimePod, now: number): Partial<PodStatus> {
  const containers = pod.spec.initContainers ?? [];
  if (containers.length === 0) return {};
  const done = runtime.initializedAt <= now;
  const state: ContainerState = done
    ? {
        terminated: {
          exitCode: 0,
          reason: "Completed",
          startedAt: formatTime(runtime.startedAt),
          finishedAt: formatTime(runtime.initializedAt),
        },
      }
    : { waiting: { reason: "PodInitializing" } };
  const initContainerStatuses = containers.map((spec) => ({
    name: spec.name,
    image: spec.image ?? "",
    imageID: done ? (spec.image ?? "") : "",
    ready: done,
    started: false,
    restartCount: 0,
    state,
    lastState: {},
  }));
  return { initContainerStatuses };
}

function conditionsOf(
  pod: Pod,
  runtime: RuntimePod,
  statuses: readonly ContainerStatus[],
  phase: string,
  now: number,
) {
  const unready = statuses.filter((status) => !status.ready).map((status) => status.name);
  const over = phase === "Succeeded" || phase === "Failed";
  const why =
    phase === "Succeeded"
      ? { reason: "PodCompleted" }
      : {
          reason: "ContainersNotReady",
          message: `containers with unready status: [${unready.join(" ")}]`,
        };
  const containersReady = unready.length === 0 && !over;
  const gatesOpen = (pod.spec.readinessGates ?? []).every((gate) =>
    (pod.status?.conditions ?? []).some(
      (condition) => condition.type === gate.conditionType && condition.status === "True",
    ),
  );
  const ready = containersReady && gatesOpen;
  const gates = containersReady
    ? { reason: "ReadinessGatesNotReady", message: "a readiness gate is not open" }
    : why;
  const truth = (value: boolean): string => (value ? "True" : "False");
  const initialized = runtime.initializedAt <= now;
  const wanted = [
    { type: "PodReadyToStartContainers", status: "True" },
    {
      type: "Initialized",
      status: truth(initialized),
      ...(initialized ? {} : { reason: "ContainersNotInitialized" }),
    },
    { type: "Ready", status: truth(ready), ...(ready ? {} : gates) },
    { type: "ContainersReady", status: truth(containersReady), ...(containersReady ? {} : why) },
  ];
  const time = formatTime(now);
  let conditions = pod.status?.conditions ?? [];
  for (const condition of wanted) conditions = withCondition(conditions, condition, time);
  return conditions;
}
