import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explainService } from "../../../engine/kube-proxy/explain/explain.js";
import { explanationText } from "../../../engine/kube-proxy/explain/text.js";
import { compileFromFlags } from "../../../engine/kube-proxy/from-flags.js";
import { sizeOf } from "../../../engine/kube-proxy/size.js";

const OBJECTS = `
apiVersion: v1
kind: Node
metadata: { name: here, labels: { topology.kubernetes.io/zone: a } }
---
apiVersion: v1
kind: Service
metadata: { name: web, annotations: { service.kubernetes.io/topology-mode: Auto } }
spec:
  type: LoadBalancer
  clusterIP: 10.96.0.1
  externalTrafficPolicy: Local
  loadBalancerSourceRanges: [203.0.113.0/24]
  ports: [{ name: http, port: 80, nodePort: 30080 }]
status: { loadBalancer: { ingress: [{ ip: 198.51.100.1 }] } }
---
apiVersion: v1
kind: Service
metadata: { name: none }
spec: { clusterIP: None, ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ name: http, port: 8080 }]
endpoints:
  - addresses: [10.244.0.1]
    nodeName: there
    hints: { forZones: [{ name: a }] }
    targetRef: { kind: Pod, namespace: default, name: web-x }
  - { addresses: [10.244.0.2], nodeName: there, hints: { forZones: [{ name: b }] } }
  - { addresses: [10.244.0.3], conditions: { ready: false } }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-2, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ name: metrics, port: 9090 }]
endpoints: [{ addresses: [10.244.0.4] }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-3 }
addressType: IPv4
ports: [{ name: http, port: 8080 }]
endpoints: [{ addresses: [10.244.0.5] }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-4, labels: { kubernetes.io/service-name: web } }
addressType: IPv6
ports: [{ name: http, port: 8080 }]
endpoints: [{ addresses: ["fd00::1"] }]
`;
const CONFIG = `
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clusterCIDR: 10.244.0.0/16
`;
const { value: compilation } = compileFromFlags([{ file: "o", text: OBJECTS }], {
  node: "here",
  config: { file: "c", text: CONFIG },
});

describe("an explanation of a Service", () => {
  const { ports, ignoredSlices } = explainService(compilation, "default/web");
  const [http] = ports;
  assert.ok(http);

  it("tells of every endpoint whether it counts, and why", () => {
    assert.deepEqual(
      http.endpoints.map(({ text, counts, why }) => `${text} ${counts}: ${why}`),
      [
        "10.244.0.1:8080 true: ready, on another node: not for policy Local",
        "10.244.0.2:8080 false: its hints name zone b, and the node is in a",
        "10.244.0.3:8080 false: not ready",
        "10.244.0.4 false: the slice has no port named http, only metrics",
        "fd00::1 false: IPv6, and these are IPv4 rules",
      ],
    );
    assert.deepEqual(ignoredSlices, [
      { slice: "web-3", why: "it has no label kubernetes.io/service-name" },
    ]);
  });

  it("tells what each client meets at each address", () => {
    const met = http.encounters.map(({ client, destination, outcome, masqueraded }) =>
      [client, "at", destination, outcome, ...(masqueraded ? ["masqueraded"] : [])].join(" "),
    );
    assert.deepEqual(met, [
      "Pod at cluster IP 10.96.0.1:80 endpoints",
      "node at cluster IP 10.96.0.1:80 endpoints masqueraded",
      "outside at cluster IP 10.96.0.1:80 endpoints masqueraded",
      "Pod at load-balancer IP 198.51.100.1:80 endpoints",
      "node at load-balancer IP 198.51.100.1:80 endpoints masqueraded",
      "outside at load-balancer IP 198.51.100.1:80 dropped",
      "Pod at node port 30080 endpoints",
      "node at node port 30080 endpoints masqueraded",
      "outside at node port 30080 dropped",
    ]);
  });

  it("names the chains that were compiled, and no others", () => {
    const written = [...compilation.text.matchAll(/^:(KUBE-(?:SVC|SVL|SEP|FW|EXT)-\S+)/gm)];
    assert.deepEqual(
      http.chains.map(({ name }) => name),
      written.map(([, name]) => name),
    );
  });

  it("says why a Service has no rules", () => {
    const why = (name: string) => explainService(compilation, name).skipped;
    assert.equal(why("default/none"), "headless: it has no cluster IP");
    assert.equal(why("default/absent"), "there is no such Service among the objects");
    assert.match(explanationText(explainService(compilation, "default/none")), /no rules, because/);
  });
});

it("size counts what the text holds", () => {
  const size = sizeOf(compilation);
  const [filter = "", nat = ""] = compilation.text.split("*nat");
  const lines = (text: string, start: RegExp) => text.match(start)?.length ?? 0;
  assert.deepEqual(size.rules, { nat: lines(nat, /^-A/gm), filter: lines(filter, /^-A/gm) });
  assert.deepEqual(size.chains, { nat: lines(nat, /^:/gm), filter: lines(filter, /^:/gm) });
  assert.equal(size.bytes, compilation.text.length);
  assert.equal(size.costliest[0]?.label, "default/web:http");
  assert.deepEqual(
    size.scan.map(({ label, dispatch }) => [label, dispatch]),
    [["default/web:http", 1]],
  );
});
