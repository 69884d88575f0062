import { controllerOf, type Node, type Pod } from "../objects.js";
import { isOver } from "../pods.js";
import { hostPortsOf, requestsOf, scoredRequestsOf, thousandths } from "./requests.js";

/** What a node has and what its Pods take of it, kept up to date Pod by Pod. */
export class NodeInfo {
  node: Node;
  #allocatable: Readonly<Record<string, number>>;
  readonly #requested = new Map<string, number>();
  readonly #pods = new Map<string, Pod>();
  readonly #ofController = new Map<string, number>();
  readonly #hostPorts = new Map<string, number>();
  scoredCpu = 0;
  scoredMemory = 0;
  /** What it has to give. */
  cpu = 0;
  memory = 0;

  constructor(node: Node) {
    this.node = node;
    this.#allocatable = allocatableOf(node);
    this.update(node);
  }

  update(node: Node): void {
    this.node = node;
    this.#allocatable = allocatableOf(node);
    this.cpu = this.allocatable("cpu");
    this.memory = this.allocatable("memory");
  }

  allocatable(resource: string): number {
    return this.#allocatable[resource] ?? 0;
  }

  requested(resource: string): number {
    return this.#requested.get(resource) ?? 0;
  }

  get pods(): IterableIterator<Pod> {
    return this.#pods.values();
  }

  /** How many Pods of one controller are here. */
  siblings(uid: string): number {
    return this.#ofController.get(uid) ?? 0;
  }

  takesHostPort(port: string): boolean {
    return (this.#hostPorts.get(port) ?? 0) > 0;
  }

  add(pod: Pod): void {
    if (isOver(pod) || this.#pods.has(pod.metadata.uid)) return;
    this.#pods.set(pod.metadata.uid, pod);
    this.#count(pod, 1);
  }

  remove(uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod === undefined) return;
    this.#pods.delete(uid);
    this.#count(pod, -1);
  }

  /** Labels may change while a Pod stays where it is. */
  replace(pod: Pod): void {
    if (isOver(pod)) this.remove(pod.metadata.uid);
    else if (this.#pods.has(pod.metadata.uid)) this.#pods.set(pod.metadata.uid, pod);
    else this.add(pod);
  }

  #count(pod: Pod, sign: 1 | -1): void {
    for (const [name, amount] of Object.entries(requestsOf(pod.spec))) {
      this.#requested.set(name, this.requested(name) + sign * amount);
    }
    const scored = scoredRequestsOf(pod.spec);
    this.scoredCpu += sign * scored.cpu;
    this.scoredMemory += sign * scored.memory;
    const uid = controllerOf(pod)?.uid;
    if (uid !== undefined) this.#ofController.set(uid, this.siblings(uid) + sign);
    for (const port of hostPortsOf(pod)) {
      this.#hostPorts.set(port, (this.#hostPorts.get(port) ?? 0) + sign);
    }
  }
}

function allocatableOf(node: Node): Readonly<Record<string, number>> {
  const given = node.status?.allocatable ?? node.status?.capacity ?? {};
  return Object.fromEntries(Object.entries(given).map(([name, text]) => [name, thousandths(text)]));
}
