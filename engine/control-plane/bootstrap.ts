import type { Cluster } from "./cluster.js";
import { KUBELET } from "./kubelet/kubelet.js";
import { LEASE_NAMESPACE, nodeObject, renewLease } from "./kubelet/registration.js";
import type { Machine } from "./kubelet/machines.js";
import { addressAt, familyName, networksOf } from "./networks.js";
import type { ApiResult } from "./api/status.js";

export interface NodesWanted {
  readonly count: number;
  /** Whether the first is a master, which takes no ordinary Pods. */
  readonly master: boolean;
  /** Outside addresses, given to the nodes in order. */
  readonly externalAddresses: readonly string[];
  /** Zones, given to the nodes in turn. */
  readonly zones: readonly string[];
}

const NAMESPACES = ["default", "kube-system", "kube-public", LEASE_NAMESPACE];
const BOOT = { name: "cluster-bootstrap" };

/** Fills an empty cluster: its namespaces, the API server's own Service, and its nodes. */
export async function bootstrap(cluster: Cluster, wanted: NodesWanted): Promise<void> {
  for (const name of NAMESPACES) {
    await cluster.api.create("namespaces", { metadata: { name } }, { actor: BOOT });
  }
  for (let count = 0; count < wanted.count; count++) {
    await addNode(cluster, count, wanted);
    // Time enough for its podCIDR, so that shares are given out in the order of nodes.
    await cluster.advance(cluster.settings.timing.watchDelay.max + 1);
  }
  await createApiService(cluster);
  await cluster.settle(60_000);
}

/** `kubernetes`, through which Pods find the API server: its first cluster IP and its master. */
async function createApiService(cluster: Cluster): Promise<void> {
  const [services] = networksOf(cluster.settings.serviceCidr);
  const master = cluster.machines.list()[0];
  if (services === undefined || master === undefined) return;
  const labels = { component: "apiserver", provider: "kubernetes" };
  const clusterIP = addressAt(services, 1);
  await cluster.api.create(
    "services",
    {
      metadata: { name: "kubernetes", namespace: "default", labels },
      spec: { clusterIP, ports: [{ name: "https", port: 443, targetPort: 6443 }] },
    },
    { actor: BOOT },
  );
  await cluster.api.create(
    "endpointslices",
    {
      metadata: {
        name: "kubernetes",
        namespace: "default",
        labels: { "kubernetes.io/service-name": "kubernetes" },
      },
      addressType: familyName(services.family),
      endpoints: [{ addresses: master.addresses.slice(0, 1), conditions: { ready: true } }],
      ports: [{ name: "https", port: 6443, protocol: "TCP" }],
    },
    { actor: BOOT },
  );
}

/** Sets up a machine whose kubelet then registers it as a node. `index` counts from 0. */
export async function addNode(
  cluster: Cluster,
  index: number,
  wanted: NodesWanted,
): Promise<ApiResult<unknown>> {
  const isMaster = wanted.master && index === 0;
  const name = isMaster ? "master" : `node-${wanted.master ? index : index + 1}`;
  const addresses = networksOf(cluster.settings.nodeNetwork).map((network) =>
    addressAt(network, index + 1),
  );
  const external = wanted.externalAddresses[index];
  const machine = cluster.machines.add(name, addresses, external);
  const zone = wanted.zones[index % Math.max(1, wanted.zones.length)];
  const labels = {
    ...(zone === undefined ? {} : { "topology.kubernetes.io/zone": zone }),
    ...(isMaster ? { "node-role.kubernetes.io/control-plane": "" } : {}),
  };
  const taints = isMaster
    ? [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }]
    : [];
  return register(cluster, machine, labels, taints);
}

async function register(
  cluster: Cluster,
  machine: Machine,
  labels: Readonly<Record<string, string>>,
  taints: readonly { readonly key: string; readonly effect: string }[],
): Promise<ApiResult<unknown>> {
  const actor = { name: `${KUBELET}/${machine.name}` };
  const around = {
    api: cluster.api,
    clock: { now: () => cluster.now },
    random: cluster.random,
    settings: cluster.settings,
    wake: () => undefined,
  };
  const node = nodeObject(machine, around, labels, taints);
  const made = await cluster.api.create("nodes", node, { actor, note: "registered itself" });
  await renewLease(machine, around, actor);
  cluster.poke(KUBELET, machine.name, undefined);
  return made;
}
