import type { Pod, PodSpec } from "../objects.js";
import { parseQuantity } from "../quantity.js";

/** Amounts by resource name, in thousandths of base units (cores, bytes, pieces): whole numbers. */
export type Amounts = Readonly<Record<string, number>>;

/** Whole, so that sums do not depend on the order in which Pods come and go. */
export function thousandths(quantity: string): number {
  return Math.round(1000 * (parseQuantity(quantity) ?? 0));
}

/**
 * What a Pod asks of a node: its containers together, or one init container alone if that is more
 * (`PodRequests`), and one place among the node's Pods.
 */
export function requestsOf(spec: PodSpec): Amounts {
  const amounts: Record<string, number> = { pods: 1000 };
  for (const container of spec.containers) {
    for (const [name, text] of Object.entries(container.resources?.requests ?? {})) {
      amounts[name] = (amounts[name] ?? 0) + thousandths(text);
    }
  }
  for (const container of spec.initContainers ?? []) {
    for (const [name, text] of Object.entries(container.resources?.requests ?? {})) {
      amounts[name] = Math.max(amounts[name] ?? 0, thousandths(text));
    }
  }
  return amounts;
}

/** What the scheduler's scores count for a container that asks for nothing. */
const ASSUMED_CPU = 100;
const ASSUMED_MEMORY = 1000 * 200 * 2 ** 20;

/** CPU and memory for scoring: never nothing (`GetNonzeroRequests`). */
export function scoredRequestsOf(spec: PodSpec): { readonly cpu: number; readonly memory: number } {
  let cpu = 0;
  let memory = 0;
  for (const container of spec.containers) {
    const requests = container.resources?.requests ?? {};
    cpu += requests["cpu"] === undefined ? ASSUMED_CPU : thousandths(requests["cpu"]);
    memory += requests["memory"] === undefined ? ASSUMED_MEMORY : thousandths(requests["memory"]);
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
