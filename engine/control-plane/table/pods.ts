import { humanDuration, parseTime } from "../clock.js";
import type { ContainerStatus, Pod } from "../objects.js";
import { conditionOf } from "../pods.js";
import { NONE, columns, type TableKind } from "./table.js";

export const PODS: TableKind<Pod> = {
  columns: columns(
    ["Name", "Ready", "Status", "Restarts", "Age"],
    ["IP", "Node", "Nominated Node", "Readiness Gates"],
  ),
  cells: (pod, now) => {
    const statuses = pod.status?.containerStatuses ?? [];
    const ready = statuses.filter((status) => status.ready).length;
    const ip = pod.status?.podIP ?? "";
    return [
      pod.metadata.name,
      `${ready}/${pod.spec.containers.length}`,
      podStatusText(pod),
      restartsText(statuses, now),
      humanDuration(now - parseTime(pod.metadata.creationTimestamp)),
      ip === "" ? NONE : ip,
      pod.spec.nodeName ?? NONE,
      pod.status?.nominatedNodeName ?? NONE,
      gatesText(pod),
    ];
  },
};

function restartsText(statuses: readonly ContainerStatus[], now: number): string {
  const restarts = statuses.reduce((sum, status) => sum + status.restartCount, 0);
  const ends = statuses
    .map((status) => parseTime(status.lastState?.terminated?.finishedAt))
    .filter((time) => !Number.isNaN(time));
  if (restarts === 0 || ends.length === 0) return String(restarts);
  return `${restarts} (${humanDuration(now - Math.max(...ends))} ago)`;
}

function gatesText(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const open = gates.filter(
    (gate) => conditionOf(pod.status, gate.conditionType)?.status === "True",
  ).length;
  return `${open}/${gates.length}`;
}

/** The STATUS column: the phase, or whatever tells more (`printPod`). */
export function podStatusText(pod: Pod): string {
  const phase = pod.status?.reason ?? pod.status?.phase ?? "Unknown";
  if (pod.metadata.deletionTimestamp !== undefined) return "Terminating";
  const init = pod.status?.initContainerStatuses ?? [];
  const undone = init.findIndex((status) => !status.ready);
  if (undone >= 0) return `Init:${undone}/${init.length}`;
  let reason = phase;
  let running = false;
  for (const status of (pod.status?.containerStatuses ?? []).toReversed()) {
    const { waiting, terminated } = status.state ?? {};
    if (waiting?.reason !== undefined) reason = waiting.reason;
    else if (terminated !== undefined)
      reason = terminated.reason ?? `ExitCode:${terminated.exitCode}`;
    else if (status.ready) running = true;
  }
  const ready = conditionOf(pod.status, "Ready")?.status === "True";
  return reason === "Completed" && running ? (ready ? "Running" : "NotReady") : reason;
}
