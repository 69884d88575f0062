import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { completeText } from "../../../engine/kube-proxy/complete.js";
import { compileFromFlags } from "../../../engine/kube-proxy/from-flags.js";
import { KernelNode, type Backend } from "../../support/kernel/node.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { NODE_TOPOLOGY } from "../../support/kernel/topology.js";

const skip = skipWithoutKernel();

const OBJECTS = `
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: NodePort
  clusterIP: 10.96.0.10
  ports: [{ port: 80, nodePort: 30080 }]
---
apiVersion: v1
kind: Service
metadata: { name: idle }
spec: { clusterIP: 10.96.0.11, ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints:
  - { addresses: [10.244.0.5], nodeName: node }
  - { addresses: [10.244.1.5], nodeName: other }
  - { addresses: [10.244.1.6], nodeName: other, conditions: { ready: false } }
`;
const CONFIG = `
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clusterCIDR: 10.244.0.0/16
`;
const ENDPOINTS = ["10.244.0.5:8080", "10.244.1.5:8080"];

for (const backend of ["legacy", "nft"] as const satisfies readonly Backend[]) {
  describe(`an empty node with nothing but a complete text (${backend})`, { skip }, () => {
    let node: KernelNode;

    before(async () => {
      const { value, faults } = compileFromFlags([{ file: "objects", text: OBJECTS }], {
        node: "node",
        config: { file: "config", text: CONFIG },
      });
      assert.deepEqual(faults, []);
      node = await KernelNode.create(NODE_TOPOLOGY);
      assert.equal(await node.load(completeText(value), backend, 4), undefined);
    });
    after(() => node.close());

    async function connect(from: string, source: string, destination: string, port: number) {
      const seen: string[] = [];
      const sources: string[] = [];
      for (let sourcePort = 40_000; sourcePort < 40_032; sourcePort++) {
        const packet = { protocol: "tcp", source, sourcePort, destination } as const;
        const observed = await node.send({ ...packet, destinationPort: port }, from);
        assert.equal(observed.verdict, "forwarded");
        seen.push(`${observed.packet?.destination}:${observed.packet?.destinationPort}`);
        sources.push(observed.packet?.source ?? "");
      }
      return { endpoints: [...new Set(seen)].sort(), sources: [...new Set(sources)] };
    }

    it("sends a Pod's packets for the cluster IP to every ready endpoint, source kept", async () => {
      const { endpoints, sources } = await connect("pod", "10.244.0.9", "10.96.0.10", 80);
      assert.deepEqual(endpoints, ENDPOINTS);
      assert.deepEqual(sources, ["10.244.0.9"]);
    });

    it("sends packets from outside to the node port on, masqueraded", async () => {
      const { endpoints, sources } = await connect(
        "outside",
        "192.168.1.99",
        "192.168.1.10",
        30_080,
      );
      assert.deepEqual(endpoints, ENDPOINTS);
      assert.deepEqual(sources.sort(), ["10.244.0.1", "192.168.1.10"]);
    });

    it("refuses packets for a Service without endpoints", async () => {
      const observed = await node.send(
        {
          protocol: "tcp",
          source: "10.244.0.9",
          sourcePort: 41_000,
          destination: "10.96.0.11",
          destinationPort: 80,
        },
        "pod",
      );
      assert.equal(observed.verdict, "rejected");
    });
  });
}
