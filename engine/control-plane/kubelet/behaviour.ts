import { parseDuration } from "../clock.js";
import type { Container, Pod, Probe } from "../objects.js";

/**
 * How a container's program behaves, since none really runs. A Pod's annotations say it, each a
 * duration for all containers or by name: `5s`, or `nginx=5s,mydb=0s`.
 *
 * - `lab.chainwalk.dev/startup`: from its start until it listens on its declared ports (0)
 * - `lab.chainwalk.dev/drain`: how long after SIGTERM it still accepts; then it exits (0)
 * - `lab.chainwalk.dev/crash-after`: from its start until it exits with 1 (never)
 */
export interface Behaviour {
  /** Milliseconds, like all of these. */
  readonly startup: number;
  readonly drain: number;
  readonly crashAfter: number | undefined;
}

export const ANNOTATION_PREFIX = "lab.chainwalk.dev/";

export function behaviourOf(pod: Pod, container: Container): Behaviour {
  const read = (name: string): number | undefined => {
    const text = pod.metadata.annotations?.[ANNOTATION_PREFIX + name];
    return text === undefined ? undefined : durationFor(container.name, text);
  };
  return {
    startup: read("startup") ?? 0,
    drain: read("drain") ?? 0,
    crashAfter: read("crash-after"),
  };
}

function durationFor(container: string, text: string): number | undefined {
  if (!text.includes("=")) return parseDuration(text.trim());
  const own = text
    .split(",")
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${container}=`));
  return own === undefined ? undefined : parseDuration(own.slice(container.length + 1));
}

/** Names under `.invalid` never resolve (RFC 2606), so nothing can be pulled from there. */
export function canBePulled(image: string): boolean {
  const host = image.split("/", 1)[0]?.split(":", 1)[0] ?? "";
  return !(image.includes("/") && (host === "invalid" || host.endsWith(".invalid")));
}

/** How long `preStop` holds back the SIGTERM, in milliseconds: a sleep, by action or by command. */
export function preStopOf(container: Container): number {
  const handler = container.lifecycle?.preStop;
  if (handler?.sleep !== undefined) return handler.sleep.seconds * 1000;
  const command = (handler?.exec?.command ?? []).join(" ");
  const sleep = /(?:^|[\s;&])sleep\s+(\d+(?:\.\d+)?(?:ms|s|m|h)?)/.exec(command);
  return parseDuration(sleep?.[1] ?? "0") ?? 0;
}

/** Whether anything in the container will ever listen where the probe asks. */
function canSucceed(container: Container, probe: Probe): boolean {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
  if (port === undefined) return true;
  return (container.ports ?? []).some(
    (declared) => declared.containerPort === port || declared.name === port,
  );
}

/** When the probe, first tried `initialDelaySeconds` after `from`, finds the program listening. */
function firstSuccess(container: Container, probe: Probe, from: number, listensAt: number): number {
  if (!canSucceed(container, probe)) return Number.POSITIVE_INFINITY;
  const first = from + (probe.initialDelaySeconds ?? 0) * 1000;
  const period = periodOf(probe);
  return first >= listensAt ? first : first + Math.ceil((listensAt - first) / period) * period;
}

function periodOf(probe: Probe): number {
  return Math.max(1, probe.periodSeconds ?? 10) * 1000;
}

/** When the last failure that is borne happens, if every try fails. */
function givesUpAt(probe: Probe, from: number): number {
  const tries = Math.max(1, probe.failureThreshold ?? 3);
  return from + (probe.initialDelaySeconds ?? 0) * 1000 + (tries - 1) * periodOf(probe);
}

/** What lies ahead of a container that starts at `since`, all in milliseconds since 1970. */
export interface Prospect {
  readonly listensAt: number;
  /** Infinite when a probe never succeeds. */
  readonly startedAt: number;
  readonly readyAt: number;
  /** The kubelet kills it then, because of a probe. */
  readonly killedAt: number;
  readonly crashesAt: number;
}

export function prospectOf(pod: Pod, container: Container, since: number): Prospect {
  const behaviour = behaviourOf(pod, container);
  const listensAt = since + behaviour.startup;
  const { startupProbe, livenessProbe, readinessProbe } = container;
  const startedAt =
    startupProbe === undefined ? since : firstSuccess(container, startupProbe, since, listensAt);
  let killedAt = Number.POSITIVE_INFINITY;
  if (startupProbe !== undefined && startedAt > givesUpAt(startupProbe, since)) {
    killedAt = givesUpAt(startupProbe, since);
  } else if (livenessProbe !== undefined) {
    const fails = givesUpAt(livenessProbe, startedAt);
    const alive = canSucceed(container, livenessProbe) && fails >= listensAt;
    if (!alive) killedAt = fails;
  }
  const readyAt =
    readinessProbe === undefined
      ? startedAt
      : firstSuccess(container, readinessProbe, startedAt, listensAt) +
        ((readinessProbe.successThreshold ?? 1) - 1) * periodOf(readinessProbe);
  const crashesAt =
    behaviour.crashAfter === undefined ? Number.POSITIVE_INFINITY : since + behaviour.crashAfter;
  return { listensAt, startedAt, readyAt, killedAt, crashesAt };
}
