import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderFault, type Fault } from "../../../engine/errors.js";
import { readObjects } from "../../../engine/kubernetes/read.js";

function read(text: string, file = "objects.yaml") {
  return readObjects([{ file, text }]);
}

/** `CODE line:column object field`, as far as each is known. */
function brief({ code, at }: Fault): string {
  const place = at.line === undefined ? [] : [`${at.line}:${at.column}`];
  return [code, ...place, at.object, at.field].filter((part) => part !== undefined).join(" ");
}

const GOOD = `apiVersion: v1
kind: Service
metadata: { name: good }
spec: { clusterIP: 10.96.0.1, ports: [{ port: 80 }] }
`;

describe("reading objects", () => {
  it("takes documents, lists, and lists of one kind whose items have none", () => {
    const service = { metadata: { name: "one" }, spec: { clusterIP: "10.96.0.2", ports: [] } };
    const typed = { apiVersion: "v1", kind: "ServiceList", items: [service] };
    const list = { apiVersion: "v1", kind: "List", items: [typed] };
    const { value, faults } = readObjects([
      {
        file: "a.yaml",
        text: `${GOOD}---\n# nothing here\n---\n${GOOD.replace("good", "better")}`,
      },
      { file: "b.json", text: JSON.stringify(list) },
    ]);
    assert.deepEqual(faults, []);
    assert.deepEqual(
      value.services.map(({ name }) => name),
      ["good", "better", "one"],
    );
  });

  it("gives every absent field the API server's default", () => {
    const [service] = read(GOOD).value.services;
    assert.equal(service?.namespace, "default");
    assert.equal(service.type, "ClusterIP");
    assert.deepEqual(service.clusterIPs, ["10.96.0.1"]);
    assert.equal(service.ports[0]?.protocol, "TCP");
    assert.equal(service.internalTrafficPolicy, "Cluster");
    assert.equal(service.affinitySeconds, undefined);
  });

  it("lists every fault with its place and keeps what is good", () => {
    const { value, faults } = read(`${GOOD}---
apiVersion: v1
kind: Service
metadata: { name: ports }
spec:
  clusterIP: 10.96.0.3
  ports:
    - { port: 70000 }
    - { port: 80, nodePort: high }
    - { port: 81, protocol: ICMP }
    - { port: 82 }
---
apiVersion: v1
kind: Service
metadata: { name: manifest }
spec: { ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: other-family }
spec: { clusterIP: "fd00::1", ipFamilies: [IPv4], ports: [] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: slice, labels: { kubernetes.io/service-name: good } }
addressType: IPv4
ports: [{ port: 70000 }, { port: 8080 }]
endpoints:
  - { addresses: ["fd00::5"] }
  - { addresses: [10.244.0.5] }
  - { addresses: [pod.example] }
`);
    assert.deepEqual(faults.map(brief), [
      "out-of-range 12:15 Service default/ports spec.ports[0].port",
      "wrong-type 13:29 Service default/ports spec.ports[1].nodePort",
      "unknown-value 14:29 Service default/ports spec.ports[2].protocol",
      "service-without-cluster-ip 20:7 Service default/manifest spec",
      "address-of-other-family 25:20 Service default/other-family spec.clusterIP",
      "out-of-range 31:17 EndpointSlice default/slice ports[0].port",
      "address-of-other-family 33:19 EndpointSlice default/slice endpoints[0].addresses[0]",
      "bad-address 35:19 EndpointSlice default/slice endpoints[2].addresses[0]",
    ]);
    assert.deepEqual(
      value.services.map(({ name, ports }) => [name, ports.map(({ port }) => port)]),
      [
        ["good", [80]],
        ["ports", [80, 82]],
      ],
    );
    const addresses = value.endpointSlices[0]?.endpoints.map(({ address }) => address);
    assert.deepEqual(addresses, ["fd00::5", "10.244.0.5"]);
  });

  it("finds the place in JSON as in YAML", () => {
    const { faults } = read(
      `{ "apiVersion": "v1", "kind": "List", "items": [
  { "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a\\u0062" },
    "spec": { "clusterIP": "10.96.0.1", "ports": [{ "port": 0 }] } } ] }`,
      "list.json",
    );
    assert.deepEqual(faults.map(brief), [
      "out-of-range 3:61 Service default/ab spec.ports[0].port",
    ]);
    assert.match(renderFault(faults[0] ?? assert.fail()), /^list\.json:3:61: .*\n.*\n +\^$/);
  });

  it("names the place where a text stops being YAML or JSON", () => {
    assert.deepEqual(read(`${GOOD}---\nkind: [Service\n`).faults.map(brief), ["bad-yaml 7:1"]);
    assert.equal(read(`${GOOD}---\nkind: [Service\n`).value.services.length, 1);
    assert.deepEqual(read('{"kind": "Service",\n "spec" 1}', "x.json").faults.map(brief), [
      "bad-json 2:9",
    ]);
    assert.deepEqual(read('{"kind": "Serv', "x.json").faults.map(brief), ["bad-json 1:10"]);
  });

  it("refuses what holds no object", () => {
    const code = (text: string) => read(text).faults.map((found) => found.code);
    assert.deepEqual(code(""), ["empty-file"]);
    assert.deepEqual(code("# a comment\n---\n"), ["empty-file"]);
    assert.deepEqual(code("\u0000\u0001ELF"), ["binary-file"]);
    assert.deepEqual(code("just words"), ["not-an-object"]);
    assert.deepEqual(code("a: 1"), ["kind-missing"]);
    assert.deepEqual(code("kind: Service\napiVersion: v2\nmetadata: { name: a }"), [
      "unsupported-api-version",
    ]);
    assert.deepEqual(code("kind: Node\napiVersion: v1\nmetadata: {}"), ["object-without-name"]);
  });

  it("lets no name through that could not be one", () => {
    const sneaky = JSON.stringify({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: 'a" -j ACCEPT\n-A INPUT' },
      spec: { clusterIP: "10.96.0.1", ports: [] },
    });
    const { value, faults } = read(sneaky, "x.json");
    assert.deepEqual(value.services, []);
    assert.deepEqual(
      faults.map(({ code }) => code),
      ["bad-name"],
    );
  });

  it("notes other kinds once, with how many there are", () => {
    const config = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
    const { faults } = read(`${config}---\n${GOOD}---\n${config}`);
    assert.equal(faults.length, 1);
    assert.equal(faults[0]?.severity, "note");
    assert.match(faults[0].message, /^2 objects of kind ConfigMap/);
  });

  it("takes the later of two objects with one name, and says so", () => {
    const { value, faults } = read(`${GOOD}---\n${GOOD.replace("10.96.0.1", "10.96.0.9")}`);
    assert.deepEqual(
      value.services.map(({ clusterIP }) => clusterIP),
      ["10.96.0.9"],
    );
    assert.deepEqual(faults.map(brief), ["object-given-twice Service default/good"]);
  });

  it("reads Endpoints as the slices that would mirror them", () => {
    const { value } = read(`apiVersion: v1
kind: Endpoints
metadata: { name: good }
subsets:
  - ports: [{ name: http, port: 8080 }]
    addresses: [{ ip: 10.244.0.1, nodeName: n }, { ip: "fd00::1" }]
    notReadyAddresses: [{ ip: 10.244.0.2 }]
`);
    assert.deepEqual(
      value.endpoints[0]?.slices.map(({ family, endpoints }) => [
        family,
        endpoints.map(({ address, ready }) => `${address} ${ready}`),
      ]),
      [
        [4, ["10.244.0.1 true", "10.244.0.2 false"]],
        [6, ["fd00::1 true"]],
      ],
    );
  });
});
