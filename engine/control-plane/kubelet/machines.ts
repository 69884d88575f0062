import type { Pod } from "../objects.js";
import { addressAt, readNetwork } from "../networks.js";
import { isAccepting, type RuntimePod } from "./runtime.js";

/** A computer under a Node: what is really there, whatever the API server believes. */
export interface Machine {
  readonly name: string;
  /** One of each of the cluster's families, the primary one first. */
  readonly addresses: readonly string[];
  /** Where the outside world reaches it, if it does. */
  readonly externalAddress: string | undefined;
  powered: boolean;
  readonly images: Set<string>;
  /** By Pod UID. */
  readonly pods: Map<string, RuntimePod>;
  /** UIDs by `namespace/name`. */
  readonly names: Map<string, string>;
  /** Where in each podCIDR the last address was given out: they go round (host-local IPAM). */
  lastOffsets: readonly number[];
}

/** A machine as a session's file keeps it. */
export interface MachineSnapshot {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly externalAddress?: string;
  readonly powered: boolean;
  readonly images: readonly string[];
  readonly pods: readonly RuntimePod[];
  readonly lastOffsets: readonly number[];
}

/** What answers at an address and port, in the machines' own truth. */
export type Listener =
  | {
      readonly kind: "accepts";
      readonly pod: Pod;
      readonly container: string;
      readonly node: string;
    }
  /** The address is there, but nothing listens on the port: a reset comes back. */
  | { readonly kind: "refuses"; readonly pod: Pod; readonly node: string; readonly why: string }
  /** Nobody has the address: nothing comes back. */
  | { readonly kind: "nobody"; readonly why: string };

export interface Question {
  readonly ip: string;
  readonly port: number;
  readonly protocol: string;
  readonly now: number;
}

/** After the network's own address and its bridge. */
const FIRST_OFFSET = 2;
/** More addresses than any node has Pods. */
const MOST_TRIED = 2 ** 16;

/** All machines, and which Pod has which address. */
export class Machines {
  readonly #machines = new Map<string, Machine>();
  #names: readonly string[] = [];
  readonly #byAddress = new Map<string, { readonly machine: Machine; readonly uid: string }>();
  /** Counts changes of what is running where, so that observers know when to look again. */
  version = 0;

  static restore(snapshots: readonly MachineSnapshot[]): Machines {
    const machines = new Machines();
    for (const snapshot of snapshots) {
      const machine = machines.add(snapshot.name, snapshot.addresses, snapshot.externalAddress);
      machine.powered = snapshot.powered;
      machine.lastOffsets = snapshot.lastOffsets;
      for (const image of snapshot.images) machine.images.add(image);
      for (const pod of snapshot.pods) machines.put(machine, pod);
    }
    return machines;
  }

  snapshot(): readonly MachineSnapshot[] {
    return this.list().map(snapshotOf);
  }

  add(name: string, addresses: readonly string[], externalAddress: string | undefined): Machine {
    const machine: Machine = {
      name,
      addresses,
      externalAddress,
      powered: true,
      images: new Set(),
      pods: new Map(),
      names: new Map(),
      lastOffsets: [],
    };
    this.#machines.set(name, machine);
    this.#names = [...this.#machines.keys()];
    return machine;
  }

  get(name: string): Machine | undefined {
    return this.#machines.get(name);
  }

  list(): readonly Machine[] {
    return [...this.#machines.values()];
  }

  get names(): readonly string[] {
    return this.#names;
  }

  put(machine: Machine, runtime: RuntimePod): void {
    if (machine.pods.get(runtime.uid) === runtime) return;
    machine.pods.set(runtime.uid, runtime);
    machine.names.set(nameOf(runtime), runtime.uid);
    if (!runtime.hostNetwork) {
      for (const ip of runtime.ips) this.#byAddress.set(ip, { machine, uid: runtime.uid });
    }
    this.version++;
  }

  remove(machine: Machine, uid: string): void {
    const runtime = machine.pods.get(uid);
    if (runtime === undefined) return;
    machine.pods.delete(uid);
    if (machine.names.get(nameOf(runtime)) === uid) machine.names.delete(nameOf(runtime));
    for (const ip of runtime.ips) {
      if (this.#byAddress.get(ip)?.uid === uid) this.#byAddress.delete(ip);
    }
    this.version++;
  }

  setPower(machine: Machine, powered: boolean): void {
    machine.powered = powered;
    this.version++;
  }

  /** The next free address of each of the machine's shares; `undefined` when one is used up. */
  nextAddresses(machine: Machine, podCidrs: readonly string[]): readonly string[] | undefined {
    const found = podCidrs.map((cidr, index) =>
      this.#nextOffset(cidr, machine.lastOffsets[index] ?? FIRST_OFFSET - 1),
    );
    const ips = found.flatMap((one) => one?.ip ?? []);
    if (ips.length < podCidrs.length) return undefined;
    machine.lastOffsets = found.flatMap((one) => one?.offset ?? []);
    return ips;
  }

  #nextOffset(podCidr: string, last: number) {
    const network = readNetwork(podCidr);
    if (network === undefined) return undefined;
    // Neither the first address, the network's own, nor the last, its broadcast address.
    const count = Math.min(network.size, MOST_TRIED) - 1 - FIRST_OFFSET;
    for (let step = 1; step <= count; step++) {
      const offset = FIRST_OFFSET + ((last - FIRST_OFFSET + step + count) % count);
      const ip = addressAt(network, offset);
      if (!this.#byAddress.has(ip)) return { ip, offset };
    }
    return undefined;
  }

  /** Whoever has the address of a Pod. */
  ownerOf(ip: string): { readonly machine: Machine; readonly runtime: RuntimePod } | undefined {
    const found = this.#byAddress.get(ip);
    const runtime = found?.machine.pods.get(found.uid);
    return found === undefined || runtime === undefined
      ? undefined
      : { machine: found.machine, runtime };
  }

  machineAt(address: string): Machine | undefined {
    return this.list().find(
      (machine) => machine.addresses.includes(address) || machine.externalAddress === address,
    );
  }

  /** `podOf` finds the Pod's object; one that is gone from the API may still be running. */
  listenerAt(question: Question, podOf: (runtime: RuntimePod) => Pod | undefined): Listener {
    const { ip, port, protocol, now } = question;
    const owner = this.ownerOf(ip);
    const candidates = owner === undefined ? this.#onHost(ip) : [owner];
    if (candidates.length === 0) return { kind: "nobody", why: `no Pod has the address ${ip}` };
    let refusal: Listener = { kind: "nobody", why: `no Pod has the address ${ip}` };
    for (const { machine, runtime } of candidates) {
      const pod = podOf(runtime);
      if (!machine.powered) {
        return { kind: "nobody", why: `${machine.name}, which had ${ip}, is down` };
      }
      if (pod === undefined) continue;
      const declared = pod.spec.containers.filter((container) =>
        (container.ports ?? []).some(
          (one) => one.containerPort === port && (one.protocol ?? "TCP") === protocol,
        ),
      );
      const node = machine.name;
      for (const spec of declared) {
        const container = runtime.containers.find(({ name }) => name === spec.name);
        if (container !== undefined && isAccepting(pod, spec, container, now)) {
          return { kind: "accepts", pod, container: spec.name, node };
        }
      }
      const why =
        declared.length === 0
          ? `no container of ${runtime.name} listens on ${port}`
          : `container ${declared.map(({ name }) => name).join(", ")} of ${runtime.name} is not listening`;
      refusal = { kind: "refuses", pod, node, why };
    }
    return refusal;
  }

  #onHost(ip: string) {
    const machine = this.machineAt(ip);
    if (machine === undefined) return [];
    return [...machine.pods.values()]
      .filter((runtime) => runtime.hostNetwork)
      .map((runtime) => ({ machine, runtime }));
  }
}

function snapshotOf(machine: Machine): MachineSnapshot {
  const { name, addresses, externalAddress, powered, lastOffsets } = machine;
  const external = externalAddress === undefined ? {} : { externalAddress };
  const images = [...machine.images];
  const pods = [...machine.pods.values()];
  return { name, addresses, ...external, powered, images, pods, lastOffsets };
}

function nameOf(runtime: RuntimePod): string {
  return `${runtime.namespace}/${runtime.name}`;
}
