import type { Cluster } from "./cluster.js";
import { KUBELET } from "./kubelet/kubelet.js";
import { crash } from "./kubelet/runtime.js";
import type { Machine } from "./kubelet/machines.js";

/** What the world does to a cluster without asking its API server. */

/** Cuts a machine's power: its containers, its kubelet, its proxy and its rules are gone. */
export function killMachine(cluster: Cluster, machine: Machine): void {
  if (!machine.powered) return;
  cluster.machines.setPower(machine, false);
  for (const uid of machine.pods.keys()) cluster.machines.remove(machine, uid);
  cluster.proxies.forget(machine.name);
  tell(cluster, `machine/${machine.name}`, "lost power");
}

/** Gives it power again: its kubelet starts what is bound to it, its proxy writes rules anew. */
export function startMachine(cluster: Cluster, machine: Machine): void {
  if (machine.powered) return;
  cluster.machines.setPower(machine, true);
  const because = tell(cluster, `machine/${machine.name}`, "has power again");
  cluster.poke(KUBELET, machine.name, because);
  cluster.poke(cluster.proxies.name, machine.name, because);
  for (const pod of cluster.api.cache.podsOnNode(machine.name)) {
    const { namespace, name } = pod.metadata;
    cluster.poke(KUBELET, `${machine.name}|${namespace}/${name}`, because);
  }
}

/** Kills the processes of a Pod, or of one of its containers; `false` when it does not run. */
export function killPod(
  cluster: Cluster,
  namespace: string,
  name: string,
  container: string | undefined,
): boolean {
  const pod = cluster.api.cache.get("pods", namespace, name);
  const machine = cluster.machines.get(pod?.spec.nodeName ?? "");
  const runtime = machine?.pods.get(pod?.metadata.uid ?? "");
  if (machine === undefined || runtime === undefined) return false;
  const after = crash(runtime, container, cluster.now);
  const hit = after.containers.some((one, index) => one !== runtime.containers[index]);
  if (!hit) return false;
  cluster.machines.put(machine, after);
  const what = container === undefined ? "its processes were killed" : `${container} was killed`;
  const because = tell(cluster, `pod/${namespace}/${name}`, what);
  cluster.poke(KUBELET, `${machine.name}|${namespace}/${name}`, because);
  return true;
}

function tell(cluster: Cluster, object: string, did: string): number {
  return cluster.journal.add({
    at: cluster.now,
    actor: "outside",
    because: undefined,
    did,
    object,
    note: undefined,
    remark: undefined,
  });
}
