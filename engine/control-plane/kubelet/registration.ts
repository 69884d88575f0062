import { formatMicroTime, formatTime } from "../clock.js";
import type { Actor } from "../journal.js";
import type { Node, NodeCondition } from "../objects.js";
import type { Surroundings } from "../simulation/component.js";
import type { Machine } from "./machines.js";

export const LEASE_NAMESPACE = "kube-node-lease";

const PRESSURES = [
  ["MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
] as const;

/** A kubelet's account of itself, as it makes its Node (`nodestatus`). */
export function nodeObject(machine: Machine, around: Surroundings, labels: Labels, taints: Taints) {
  const { clock, settings } = around;
  const time = formatTime(clock.now());
  const { cpu, memory, pods } = settings.nodeCapacity;
  return {
    metadata: {
      name: machine.name,
      labels: {
        "kubernetes.io/hostname": machine.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        ...labels,
      },
    },
    spec: taints.length === 0 ? {} : { taints },
    status: {
      capacity: { cpu, memory, pods },
      allocatable: { cpu, memory, pods },
      addresses: [
        ...machine.addresses.map((address) => ({ type: "InternalIP", address })),
        ...(machine.externalAddress === undefined
          ? []
          : [{ type: "ExternalIP", address: machine.externalAddress }]),
        { type: "Hostname", address: machine.name },
      ],
      conditions: healthy(time),
      nodeInfo: {
        kubeletVersion: "v1.30.0",
        kubeProxyVersion: "v1.30.0",
        operatingSystem: "linux",
        architecture: "amd64",
        osImage: "chainwalk lab",
        kernelVersion: "6.1.0",
        containerRuntimeVersion: "simulated://1",
        machineID: "",
        systemUUID: "",
        bootID: "",
      },
    },
  };
}

export type Labels = Readonly<Record<string, string>>;
export type Taints = readonly { readonly key: string; readonly effect: string }[];

function healthy(time: string): readonly NodeCondition[] {
  return [
    ...PRESSURES.map(([type, reason, message]) => ({
      type,
      status: "False",
      reason,
      message,
      lastHeartbeatTime: time,
      lastTransitionTime: time,
    })),
    {
      type: "Ready",
      status: "True",
      reason: "KubeletReady",
      message: "kubelet is posting ready status",
      lastHeartbeatTime: time,
      lastTransitionTime: time,
    },
  ];
}

export function isNodeReady(node: Node): boolean {
  return (node.status?.conditions ?? []).some(
    (condition) => condition.type === "Ready" && condition.status === "True",
  );
}

/** A kubelet that is back says that its node is well again. */
export async function reportHealthy(
  machine: Machine,
  around: Surroundings,
  actor: Actor,
): Promise<void> {
  const { api, clock } = around;
  const node = api.cache.get("nodes", "", machine.name);
  if (node === undefined || isNodeReady(node)) return;
  const conditions = healthy(formatTime(clock.now()));
  await api.mutate(
    "nodes",
    "",
    machine.name,
    (current) => ({ ...current, status: { ...current.status, conditions } }),
    { actor, note: "the kubelet is back" },
    "status",
  );
}

/** The kubelet's sign of life. */
export async function renewLease(
  machine: Machine,
  around: Surroundings,
  actor: Actor,
): Promise<void> {
  const { api, clock } = around;
  const renewTime = formatMicroTime(clock.now());
  const spec = { holderIdentity: machine.name, leaseDurationSeconds: 40, renewTime };
  const present = api.cache.get("leases", LEASE_NAMESPACE, machine.name);
  if (present === undefined) {
    const metadata = { name: machine.name, namespace: LEASE_NAMESPACE };
    await api.create("leases", { metadata, spec }, { actor });
    return;
  }
  const renewed = (current: typeof present) => ({
    ...current,
    spec: { ...current.spec, renewTime },
  });
  await api.mutate("leases", LEASE_NAMESPACE, machine.name, renewed, { actor });
}
