import assert from "node:assert/strict";
import { sameRuleset } from "../../../engine/iptables/canonical.js";
import type { Cluster } from "../../../engine/control-plane/cluster.js";
import { ipv4Network } from "../../../engine/control-plane/settings.js";
import { parseAddress } from "../../../engine/net/ip.js";
import { matchesLabels } from "../../../engine/control-plane/api/selector.js";
import { isOver, isReady, isTerminating } from "../../../engine/control-plane/pods.js";

/** What holds at every moment, whatever is going on. */
export function checkAlways(cluster: Cluster): void {
  const { cache } = cluster.api;
  const addresses = new Map<string, string>();
  const homes = new Map<string, string>();
  for (const machine of cluster.machines.list()) {
    const range = ipv4Network(cache.get("nodes", "", machine.name)?.spec.podCIDR ?? "");
    for (const runtime of machine.pods.values()) {
      assert.equal(homes.get(runtime.uid), undefined, `${runtime.name} runs on two nodes`);
      homes.set(runtime.uid, machine.name);
      assert.equal(addresses.get(runtime.ip), undefined, `${runtime.ip} was given twice`);
      addresses.set(runtime.ip, runtime.name);
      const offset = Number(parseAddress(runtime.ip)) - (range?.first ?? 0);
      assert.ok(range === undefined || (offset > 1 && offset < range.size - 1), runtime.ip);
    }
  }
  for (const pod of cache.list("pods")) {
    const home = homes.get(pod.metadata.uid);
    assert.ok(
      home === undefined || home === pod.spec.nodeName,
      `${pod.metadata.name} is elsewhere`,
    );
  }
  const ips = cache.list("services").map(({ spec }) => spec.clusterIP);
  assert.equal(new Set(ips).size, ips.length, "a cluster IP was given twice");
  const ports = cache
    .list("services")
    .flatMap(({ spec }) => (spec.ports ?? []).map((port) => port.nodePort))
    .filter((port) => port !== undefined);
  assert.equal(new Set(ports).size, ports.length, "a node port was given twice");
}

/** What holds once everything has come to rest and all nodes are up. */
export function checkSettled(cluster: Cluster): void {
  const { cache } = cluster.api;
  for (const service of cache.list("services")) {
    if (service.spec.selector === undefined) continue;
    const { namespace, name } = service.metadata;
    const selected = cache
      .list("pods", namespace)
      .filter((pod) => matchesLabels(service.spec.selector ?? {}, pod.metadata.labels))
      .filter((pod) => isReady(pod) && !isTerminating(pod) && !isOver(pod))
      .map((pod) => pod.status?.podIP ?? "");
    const ready = cache
      .withLabel("endpointslices", namespace, "kubernetes.io/service-name", name)
      .flatMap((slice) => slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready === true)
      .flatMap((endpoint) => endpoint.addresses);
    assert.deepEqual(ready.toSorted(), selected.toSorted(), `endpoints of ${name}`);
  }
  for (const { metadata, spec } of cache.list("deployments")) {
    const own = cache
      .controlledBy("replicasets", metadata.uid)
      .flatMap((set) => cache.controlledBy("pods", set.metadata.uid))
      .filter((pod) => !isTerminating(pod));
    assert.equal(own.length, spec.replicas, `Pods of ${metadata.name}`);
    const images = new Set(own.map((pod) => pod.spec.containers[0]?.image));
    const [wanted] = spec.template.spec?.containers ?? [];
    assert.ok(own.length === 0 || (images.size === 1 && images.has(wanted?.image)), metadata.name);
  }
}

/** The rules in every kernel are what a fresh compilation of everything would write. */
export function checkRules(cluster: Cluster): void {
  for (const machine of cluster.machines.list()) {
    const { programmed } = cluster.proxies.stateOf(machine.name);
    const kept = cluster.rules.rulesFor(programmed, machine.name, machine.address);
    const fresh = cluster.rules.freshRules(programmed, machine.name, machine.address);
    assert.ok(sameRuleset(kept, fresh), `rules of ${machine.name} are not as compiled afresh`);
  }
}
