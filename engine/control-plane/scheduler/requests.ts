import type { Pod, PodSpec } from "../objects.js";
import { parseQuantity } from "../quantity.js";

/** Amounts by resource name, in base units (cores, bytes, pieces). */
export type Amounts = Readonly<Record<string, number>>;

/**
 * What a Pod asks of a node: its containers together, or one init container alone if that is more
 * (`PodRequests`), and one place among the node's Pods.
 */
export function requestsOf(spec: PodSpec): Amounts {
  const amounts: Record<string, number> = { pods: 1 };
  for (const container of spec.containers) {
    for (const [name, text] of Object.entries(container.resources?.requests ?? {})) {
      amounts[name] = (amounts[name] ?? 0) + (parseQuantity(text) ?? 0);
    }
  }
  for (const container of spec.initContainers ?? []) {
    for (const [name, text] of Object.entries(container.resources?.requests ?? {})) {
      amounts[name] = Math.max(amounts[name] ?? 0, parseQuantity(text) ?? 0);
    }
  }
  return amounts;
}

/** What the scheduler's scores count for a container that asks for nothing. */
const ASSUMED_CPU = 0.1;
const ASSUMED_MEMORY = 200 * 2 ** 20;

/** CPU and memory for scoring: never nothing (`GetNonzeroRequests`). */
export function scoredRequestsOf(spec: PodSpec): { readonly cpu: number; readonly memory: number } {
  let cpu = 0;
  let memory = 0;
  for (const container of spec.containers) {
    const requests = container.resources?.requests ?? {};
    cpu += parseQuantity(requests["cpu"] ?? "") ?? ASSUMED_CPU;
    memory += parseQuantity(requests["memory"] ?? "") ?? ASSUMED_MEMORY;
  }
  return { cpu, memory };
}

/** `protocol/port` of every host port that a Pod takes. */
export function hostPortsOf(pod: Pod): readonly string[] {
  return pod.spec.containers.flatMap((container) =>
    (container.ports ?? []).flatMap((port) =>
      port.hostPort === undefined ? [] : [`${port.protocol ?? "TCP"}/${port.hostPort}`],
    ),
  );
}
