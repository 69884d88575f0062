import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSync } from "../../../engine/kube-proxy/sync/sync.js";
import { DEFAULT_FLAGS } from "../../../engine/kube-proxy/resolve-settings.js";
import { DEFAULT_PROXY_CONFIG } from "../../../engine/kubernetes/proxy-config.js";

type Raw = Readonly<Record<string, unknown>>;

const HTTP = { name: "http", port: 80, protocol: "TCP" };
const DNS = { name: "dns", port: 53, protocol: "UDP" };
const POD = { addresses: ["10.244.0.1"], nodeName: "node" };

function service(spec: Raw = {}, metadata: Raw = {}): Raw {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default", ...metadata },
    spec: {
      type: "ClusterIP",
      clusterIP: "10.96.0.1",
      clusterIPs: ["10.96.0.1"],
      ipFamilies: ["IPv4"],
      ports: [HTTP, DNS],
      ...spec,
    },
  };
}

function slice(parts: Raw = {}, labels: Raw = { "kubernetes.io/service-name": "web" }): Raw {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "default", labels },
    addressType: "IPv4",
    ports: [
      { name: "http", port: 8080, protocol: "TCP" },
      { name: "dns", port: 5353, protocol: "UDP" },
    ],
    endpoints: [POD],
    ...parts,
  };
}

/** Whether kube-proxy's partial sync after the changes writes the Service's own chains again. */
function rewrites(updates: readonly Raw[], gates: Readonly<Record<string, boolean>> = {}): boolean {
  const config = { ...DEFAULT_PROXY_CONFIG, featureGates: gates };
  const flags = { ...DEFAULT_FLAGS, node: "node" };
  const sync = createSync({ config, flags, style: "kube-proxy" });
  sync.change({ add: [service(), slice()] });
  sync.sync();
  for (const update of updates) assert.deepEqual(errorsOf(sync.change({ update: [update] })), []);
  const { text, full } = sync.sync();
  assert.equal(full, false);
  return /^-A KUBE-SV[CL]-/m.test(text);
}

function errorsOf(faults: readonly { readonly severity: string }[]) {
  return faults.filter(({ severity }) => severity === "error");
}

// `ServiceChangeTracker.Update` compares maps of ports, `esInfoChanged` sorted lists.
describe("a Service counts as changed", () => {
  it("not when its ports stand in another order", () => {
    assert.equal(rewrites([service({ ports: [DNS, HTTP] })]), false);
  });

  it("not when only labels and annotations that no rule knows change", () => {
    const metadata = { labels: { app: "web" }, annotations: { note: "none" }, uid: "1" };
    assert.equal(rewrites([service({}, metadata)]), false);
  });

  it("when its node port, affinity, policy or topology annotation changes", () => {
    for (const spec of [
      { type: "NodePort", ports: [{ ...HTTP, nodePort: 30_080 }, DNS] },
      { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } },
      { internalTrafficPolicy: "Local" },
      { externalIPs: ["203.0.113.1"] },
    ]) {
      assert.equal(rewrites([service(spec)]), true, JSON.stringify(spec));
    }
    const annotations = { "service.kubernetes.io/topology-mode": "Auto" };
    assert.equal(rewrites([service({}, { annotations })]), true);
  });

  it("not when a change is taken back before the sync", () => {
    assert.equal(rewrites([service({ internalTrafficPolicy: "Local" }), service()]), false);
  });

  it("not when its slice lists ports and endpoints in another order, or names other Pods", () => {
    const second = { addresses: ["10.244.0.2"] };
    const target = { kind: "Pod", namespace: "default", name: "other" };
    assert.equal(rewrites([slice({ endpoints: [{ ...POD, targetRef: target }] })]), false);
    const sync = createSync({
      config: DEFAULT_PROXY_CONFIG,
      flags: DEFAULT_FLAGS,
      style: "kube-proxy",
    });
    sync.change({ add: [service(), slice({ endpoints: [POD, second] })] });
    sync.sync();
    sync.change({ update: [slice({ endpoints: [second, POD] })] });
    assert.ok(!sync.sync().text.includes("-A KUBE-SVC-"));
  });

  it("when a slice's change is taken back before the sync, as pending slices are not compared", () => {
    assert.equal(rewrites([slice({ endpoints: [] }), slice()]), true);
  });

  it("when its slice gains a port or an endpoint that makes no rule", () => {
    const none = { addresses: [], conditions: { ready: true } };
    assert.equal(rewrites([slice({ endpoints: [POD, none] })]), true);
    const { ports } = slice();
    assert.ok(Array.isArray(ports));
    const zero = { name: "zero", port: 0, protocol: "TCP" };
    assert.equal(rewrites([slice({ ports: [...ports, zero] })]), true);
  });

  it("when zone hints change, unless the gate that reads them is off", () => {
    const hinted = slice({ endpoints: [{ ...POD, hints: { forZones: [{ name: "a" }] } }] });
    assert.equal(rewrites([hinted]), true);
    assert.equal(rewrites([hinted], { TopologyAwareHints: false }), false);
  });

  it("when another proxy takes its slice over", () => {
    const labels = {
      "kubernetes.io/service-name": "web",
      "service.kubernetes.io/service-proxy-name": "other",
    };
    const sync = createSync({
      config: DEFAULT_PROXY_CONFIG,
      flags: DEFAULT_FLAGS,
      style: "kube-proxy",
    });
    sync.change({ add: [service(), slice()] });
    sync.sync();
    sync.change({ update: [slice({}, labels)] });
    const { text } = sync.sync();
    assert.match(text, /default\/web:http has no endpoints" .* -j REJECT/);
    assert.match(text, /-X KUBE-SVC-/);
  });

  it("once, with the new addresses, when it is deleted and made anew in one step", () => {
    const sync = createSync({
      config: DEFAULT_PROXY_CONFIG,
      flags: DEFAULT_FLAGS,
      style: "kube-proxy",
    });
    sync.change({ add: [service(), slice()] });
    sync.sync();
    sync.change({ delete: [service()] });
    sync.change({ add: [service({ clusterIP: "10.96.0.9", clusterIPs: ["10.96.0.9"] })] });
    const { text, conntrack } = sync.sync();
    assert.ok(text.includes("-d 10.96.0.9 ") && !text.includes("10.96.0.1 "));
    assert.ok(!text.includes("-X KUBE-S"), "the names of chains do not depend on addresses");
    // `ServicePortMap.unmerge` is asked only for ports that are gone, and this one is not.
    assert.deepEqual(conntrack.addresses, []);
  });
});
