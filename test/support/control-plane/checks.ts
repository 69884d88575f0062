import assert from "node:assert/strict";
import { sameRuleset } from "../../../engine/iptables/canonical.js";
import type { Cluster } from "../../../engine/control-plane/cluster.js";
import { familyOfIp, offsetIn, readNetwork } from "../../../engine/control-plane/networks.js";
import { familiesOf } from "../../../engine/control-plane/settings.js";
import { matchesLabels } from "../../../engine/control-plane/api/selector.js";
import { isOver, isReady, isTerminating } from "../../../engine/control-plane/pods.js";

/** What holds at every moment, whatever is going on. */
export function checkAlways(cluster: Cluster): void {
  const { cache } = cluster.api;
  const addresses = new Map<string, string>();
  const homes = new Map<string, string>();
  for (const machine of cluster.machines.list()) {
    const ranges = (cache.get("nodes", "", machine.name)?.spec.podCIDRs ?? []).map(readNetwork);
    for (const runtime of machine.pods.values()) {
      assert.equal(homes.get(runtime.uid), undefined, `${runtime.name} runs on two nodes`);
      homes.set(runtime.uid, machine.name);
      assert.equal(runtime.ips.length, ranges.length, `addresses of ${runtime.name}`);
      for (const [index, ip] of runtime.ips.entries()) {
        assert.equal(addresses.get(ip), undefined, `${ip} was given twice`);
        addresses.set(ip, runtime.name);
        const range = ranges[index];
        const offset = range === undefined ? undefined : offsetIn(range, ip);
        assert.ok(offset !== undefined && offset > 1, ip);
        assert.ok(offset < (range?.size ?? 0) - 1, ip);
      }
    }
  }
  for (const pod of cache.list("pods")) {
    const home = homes.get(pod.metadata.uid);
    assert.ok(
      home === undefined || home === pod.spec.nodeName,
      `${pod.metadata.name} is elsewhere`,
    );
  }
  const ips = cache.list("services").flatMap(({ spec }) => spec.clusterIPs ?? []);
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
    const families = new Set(service.spec.ipFamilies);
    const selected = cache
      .list("pods", namespace)
      .filter((pod) => matchesLabels(service.spec.selector ?? {}, pod.metadata.labels))
      .filter((pod) => isReady(pod) && !isTerminating(pod) && !isOver(pod))
      .flatMap((pod) => (pod.status?.podIPs ?? []).map(({ ip }) => ip ?? ""))
      .filter((ip) => families.has(`IPv${familyOfIp(ip) ?? ""}`));
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
    for (const family of familiesOf(cluster.settings)) {
      const kept = cluster.rules.rulesFor(programmed, machine, family);
      const fresh = cluster.rules.freshRules(programmed, machine, family);
      assert.ok(sameRuleset(kept, fresh), `rules of ${machine.name} are not as compiled afresh`);
    }
  }
}
