import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compile } from "../../../engine/kube-proxy/compile.js";
import { DEFAULT_FLAGS, resolveSettings } from "../../../engine/kube-proxy/resolve-settings.js";
import { DEFAULT_PROXY_CONFIG } from "../../../engine/kubernetes/proxy-config.js";
import { replaySteps } from "../../../engine/kube-proxy/sync/replay.js";
import { createSync } from "../../../engine/kube-proxy/sync/sync.js";
import { checkObjects } from "../../../engine/kubernetes/read.js";

const SETTINGS = resolveSettings(DEFAULT_PROXY_CONFIG, DEFAULT_FLAGS, undefined).value;

function service(name: string, spec: object) {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

function slice(service_: string, addresses: readonly string[]) {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: service_, labels: { "kubernetes.io/service-name": service_ } },
    addressType: "IPv4",
    ports: [{ port: 8080 }],
    endpoints: addresses.map((address) => ({ addresses: [address] })),
  };
}

function compiled(...raws: readonly object[]) {
  const objects = checkObjects(raws);
  const { value, faults } = compile(objects.value, SETTINGS);
  const told = [...objects.faults, ...faults].map(
    ({ severity, code, at }) => `${severity} ${code} ${at.object} ${at.field}`,
  );
  return { text: value.text, told, faults };
}

const PORTS = [{ port: 80 }];

describe("Services that want the same thing", () => {
  it("on one cluster IP and port: the first with endpoints wins, both are written", () => {
    const { text, told, faults } = compiled(
      service("a", { clusterIP: "10.96.0.1", ports: PORTS }),
      service("b", { clusterIP: "10.96.0.1", ports: PORTS }),
      slice("b", ["10.244.0.1"]),
    );
    assert.deepEqual(told, ["warning contested-address Service default/a spec.clusterIP"]);
    assert.match(faults[0]?.message ?? "", /also wanted by default\/b .*which wins/);
    assert.match(text, /default\/a has no endpoints/);
    assert.match(text, /default\/b cluster IP/);
  });

  it("on one node port: told, unless the protocols differ", () => {
    const nodePort = (name: string, clusterIP: string, protocol: string) =>
      service(name, {
        type: "NodePort",
        clusterIP,
        ports: [{ port: 80, nodePort: 30_000, protocol }],
      });
    const { told } = compiled(
      nodePort("a", "10.96.0.1", "TCP"),
      nodePort("b", "10.96.0.2", "TCP"),
      nodePort("c", "10.96.0.3", "UDP"),
    );
    assert.deepEqual(told, ["warning contested-address Service default/b spec.ports[].nodePort"]);
  });

  it("an address that one Service wants twice is no conflict", () => {
    const { told } = compiled({
      ...service("a", {
        type: "LoadBalancer",
        clusterIP: "10.96.0.1",
        externalIPs: ["192.0.2.1"],
        ports: PORTS,
      }),
      status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
    });
    assert.deepEqual(told, []);
  });

  it("two ports of one name and protocol: the last one counts", () => {
    const { text, told } = compiled(
      service("a", { clusterIP: "10.96.0.1", ports: [{ port: 80 }, { port: 81 }] }),
    );
    assert.deepEqual(told, ["warning double-port Service default/a spec.ports[0]"]);
    assert.match(text, /--dport 81 /);
    assert.doesNotMatch(text, /--dport 80 /);
  });
});

it("100,000 endpoints in one Service are told of and compiled all the same", () => {
  const addresses = Array.from(
    { length: 100_000 },
    (_, at) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
  );
  const { text, told } = compiled(
    service("huge", { clusterIP: "10.96.0.1", ports: PORTS }),
    slice("huge", addresses),
    service("small", { clusterIP: "10.96.0.2", ports: PORTS }),
    slice("small", ["10.244.0.1"]),
  );
  assert.deepEqual(told, [
    "warning too-many-endpoints EndpointSlice default/huge endpoints",
    "warning many-endpoints Service default/huge endpoints",
  ]);
  assert.equal(text.match(/-j DNAT/g)?.length, 100_001);
});

describe("conflicts in a sync", () => {
  const flags = { ...DEFAULT_FLAGS };
  const a = service("a", { clusterIP: "10.96.0.1", ports: PORTS });
  const b = service("b", { clusterIP: "10.96.0.1", ports: PORTS });

  it("are those of its objects, as compiling tells them, and go with them", () => {
    const sync = createSync({ config: DEFAULT_PROXY_CONFIG, flags });
    sync.change({ add: [b, slice("b", ["10.244.0.1"])] });
    sync.sync();
    assert.deepEqual(sync.conflicts(), []);
    sync.change({ add: [a] });
    const { text } = sync.sync();
    assert.match(text, /default\/a has no endpoints/, "the other is written all the same");
    const { faults } = compiled(a, b, slice("b", ["10.244.0.1"]));
    assert.deepEqual(sync.conflicts(), faults);
    assert.equal(faults.length, 1);
    sync.change({ delete: [b] });
    sync.sync();
    assert.deepEqual(sync.conflicts(), []);
  });

  it("of the ports of one Service are told with the change that brings them", () => {
    const sync = createSync({ config: DEFAULT_PROXY_CONFIG, flags });
    const doubled = service("a", { clusterIP: "10.96.0.1", ports: [{ port: 80 }, { port: 81 }] });
    const [fault] = sync.change({ add: [doubled] });
    assert.equal(fault?.code, "double-port");
  });

  it("are told once in a replay, with the step that brings them", () => {
    const { faults } = replaySteps([{ add: [a] }, { add: [b] }, { delete: [] }], {}, "minimal");
    assert.deepEqual(
      faults.map(({ code, at }) => `${code} ${at.object} ${at.field}`),
      ["contested-address Service default/b [1] spec.clusterIP"],
    );
  });
});
