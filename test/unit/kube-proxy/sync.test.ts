import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSync } from "../../../engine/kube-proxy/sync/sync.js";
import { DEFAULT_FLAGS } from "../../../engine/kube-proxy/resolve-settings.js";
import { DEFAULT_PROXY_CONFIG } from "../../../engine/kubernetes/proxy-config.js";
import { checkObjects } from "../../../engine/kubernetes/read.js";

const SETUP = { config: DEFAULT_PROXY_CONFIG, flags: { ...DEFAULT_FLAGS, node: "node" } };

function service(name: string, clusterIP: string, extra: object = {}) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: {
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ["IPv4"],
      ports: [{ port: 80 }],
      ...extra,
    },
  };
}

function slice(name: string, addresses: readonly string[], port = 8080) {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-1`,
      namespace: "default",
      labels: { "kubernetes.io/service-name": name },
    },
    addressType: "IPv4",
    ports: [{ name: "", port, protocol: "TCP" }],
    endpoints: addresses.map((address) => ({ addresses: [address] })),
  };
}

/** A sync of so many Services with ten endpoints each, past its first result. */
function running(services: number) {
  const sync = createSync(SETUP);
  const address = (at: number, host: number) => `10.${100 + (at >> 8)}.${at & 255}.${host}`;
  const ten = (at: number) => Array.from({ length: 10 }, (_, host) => address(at, host + 1));
  const names = Array.from({ length: services }, (_, at) => `svc-${at}`);
  sync.change({
    add: names.flatMap((name, at) => [
      service(name, `10.96.${at >> 8}.${at & 255}`),
      slice(name, ten(at)),
    ]),
  });
  sync.sync();
  return { sync, addresses: ten(0) };
}

describe("a minimal sync", () => {
  it("touches only the one rule and chain of an endpoint that came last", () => {
    const sync = createSync(SETUP);
    sync.change({ add: [service("web", "10.96.0.1"), slice("web", ["10.244.0.1"])] });
    assert.ok(sync.sync().full);
    sync.change({ update: [slice("web", ["10.244.0.1", "10.244.0.2"])] });
    const { text, full } = sync.sync();
    assert.equal(full, false);
    assert.deepEqual(
      text.split("\n").map((line) => line.replaceAll(/[A-Z2-7]{16}/g, "HASH").slice(0, 60)),
      [
        "*nat",
        ":KUBE-SEP-HASH - [0:0]",
        '-R KUBE-SVC-HASH 1 -m comment --comment "default/web -> 10.2',
        '-I KUBE-SVC-HASH 2 -m comment --comment "default/web -> 10.2',
        "-A KUBE-SEP-HASH -m comment --comment default/web -s 10.244.",
        "-A KUBE-SEP-HASH -m comment --comment default/web -m tcp -p ",
        "COMMIT",
        "",
      ],
    );
  });

  it("costs the same bytes at 200 and at 800 Services", () => {
    const [few = 0, many = 1] = [200, 800].map((services) => {
      const { sync, addresses } = running(services);
      sync.change({ update: [slice("svc-0", addresses.slice(1))] });
      return sync.sync().bytes.length;
    });
    assert.equal(few, many);
    assert.ok(many < 3_000);
  });

  it("puts a new Service's rules where the order wants them", () => {
    const { sync } = running(10);
    sync.change({ add: [service("svc-45", "10.97.0.1"), slice("svc-45", ["10.244.0.1"])] });
    assert.match(sync.sync().text, /^-I KUBE-SERVICES 6 -m comment --comment "default\/svc-45 /m);
  });

  it("moves a Service that lost its endpoints from nat to filter", () => {
    const sync = createSync(SETUP);
    sync.change({ add: [service("web", "10.96.0.1"), slice("web", ["10.244.0.1"])] });
    sync.sync();
    sync.change({ delete: [slice("web", [])] });
    const { text } = sync.sync();
    assert.match(text, /^\*filter\n-I KUBE-SERVICES 1 .*has no endpoints.*REJECT\nCOMMIT\n\*nat\n/);
    assert.match(text, /^-D KUBE-SERVICES -m comment --comment "default\/web cluster IP" /m);
    assert.equal(text.match(/^-X /gm)?.length, 2);
  });
});

describe("a sync", () => {
  it("refuses bad objects one by one and takes the good ones", () => {
    const sync = createSync(SETUP);
    const faults = sync.change({
      add: [
        { kind: "Service" },
        service("bad", "10.96.0.300"),
        service("good", "10.96.0.1"),
        "no object",
        slice("good", ["10.244.0.1", "10.244.0.256"]),
      ],
      delete: [{ kind: "Service", metadata: {} }],
    });
    assert.deepEqual(
      faults.map(({ code }) => code),
      [
        "unsupported-api-version",
        "bad-address",
        "bad-address",
        "not-an-object",
        "bad-address",
        "object-without-name",
      ],
    );
    assert.match(sync.sync().text, /default\/good -> 10\.244\.0\.1:8080/);
  });

  it("keeps an object's last good version when an update of it is unusable", () => {
    const sync = createSync(SETUP);
    sync.change({ add: [service("web", "10.96.0.1")] });
    sync.sync();
    assert.equal(sync.change({ update: [service("web", "nonsense")] })[0]?.severity, "error");
    assert.equal(sync.sync().text, "");
  });

  it("follows a watch", () => {
    const sync = createSync(SETUP);
    const added = service("web", "10.96.0.1");
    assert.deepEqual(sync.watch({ type: "ADDED", object: added }), []);
    assert.match(sync.sync().text, /default\/web has no endpoints/);
    assert.deepEqual(sync.watch({ type: "BOOKMARK", object: {} }), []);
    assert.deepEqual(sync.watch({ type: "DELETED", object: added }), []);
    assert.match(sync.sync().text, /^\*filter\n-D KUBE-SERVICES /);
    assert.equal(sync.watch({ type: "ERROR", object: {} })[0]?.code, "unknown-watch-event");
  });

  it("forgets what is not among all objects any more", () => {
    const sync = createSync(SETUP);
    const all = [service("a", "10.96.0.1"), service("b", "10.96.0.2")];
    sync.replace(checkObjects(all).value);
    sync.sync();
    sync.replace(checkObjects(all.slice(1)).value);
    const { text } = sync.sync();
    assert.match(text, /-D KUBE-SERVICES .*default\/a has no endpoints/);
    assert.doesNotMatch(text, /default\/b/);
  });

  it("lets slices win over an Endpoints object, and falls back to it", () => {
    const sync = createSync(SETUP);
    const endpoints = {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "web", namespace: "default" },
      subsets: [{ addresses: [{ ip: "10.1.1.1" }], ports: [{ port: 8080 }] }],
    };
    sync.change({ add: [service("web", "10.96.0.1"), slice("web", ["10.244.0.1"]), endpoints] });
    const first = sync.sync().text;
    assert.match(first, /10\.244\.0\.1/);
    assert.doesNotMatch(first, /10\.1\.1\.1/);
    sync.change({ delete: [slice("web", [])] });
    assert.match(sync.sync().text, /--to-destination 10\.1\.1\.1:8080/);
  });

  it("writes everything when the node's labels or Pod CIDRs change", () => {
    const node = (zone: string, podCIDR: string) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "node", labels: { "topology.kubernetes.io/zone": zone } },
      spec: { podCIDR },
    });
    const config = { ...DEFAULT_PROXY_CONFIG, detectLocalMode: "NodeCIDR" } as const;
    const sync = createSync({ ...SETUP, config });
    sync.change({ add: [service("web", "10.96.0.1"), slice("web", ["10.244.0.1"])] });
    assert.doesNotMatch(sync.sync().text, /! -s 10/);
    sync.change({ add: [node("a", "10.244.0.0/24")] });
    assert.match(sync.sync().text, /! -s 10\.244\.0\.0\/24 -j KUBE-MARK-MASQ/);
    sync.change({ update: [node("a", "10.244.0.0/24")] });
    assert.equal(sync.sync().full, false);
    sync.change({ update: [node("b", "10.244.0.0/24")] });
    assert.equal(sync.sync().full, true);
  });

  it("removes stale chains of large clusters at most once in a syncPeriod", () => {
    const sync = createSync({ ...SETUP, style: "kube-proxy" });
    const many = Array.from({ length: 1_001 }, (_, at) => `10.244.${at >> 8}.${at & 255}`);
    sync.change({ add: [service("web", "10.96.0.1"), slice("web", many)] });
    assert.equal(sync.sync({ now: 0 }).largeCluster, true);
    sync.change({ update: [slice("web", many.slice(0, -1).concat("10.245.0.1"))] });
    const soon = sync.sync({ now: 30_000 });
    assert.equal(soon.cleaned, false);
    assert.doesNotMatch(soon.text, /^-X /m);
    const later = sync.sync({ now: 30_001 });
    assert.equal(later.cleaned, true);
    assert.equal(later.text.match(/^-X /gm)?.length, 1);
  });
});
