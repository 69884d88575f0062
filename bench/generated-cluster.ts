import { formatAddress } from "../engine/net/ip.js";

export const POD_RANGE = "10.0.0.0/8";
export const NODE = "node-0";
export const NODE_IP = "192.168.0.1";

const SERVICE_BASE = 0xac100001;
const POD_BASE = 0x0a000100;
const FIRST_NODE_PORT = 30_000;
const NODES = 20;
const NAMESPACES = 50;

/**
 * Parsed Services and EndpointSlices, as `kubectl get -o json` lists them. One Service in ten has a
 * node port, as in kube-proxy's own figures; `seed` moves which.
 */
export function parsedCluster(services: number, endpoints: number, seed: number): unknown[] {
  const items: object[] = [];
  for (let service = 0; service < services; service++) {
    items.push(serviceObject(service, seed), sliceObject(service, endpoints));
  }
  const parsed: unknown = JSON.parse(JSON.stringify(items));
  if (!Array.isArray(parsed)) throw new TypeError("a list does not survive JSON");
  return parsed;
}

function serviceObject(service: number, seed: number): object {
  const clusterIP = formatAddress(SERVICE_BASE + service);
  const port = { name: "http", port: 80, protocol: "TCP", targetPort: 8080 };
  const isNodePort = (service + seed) % 10 === 0;
  const nodePort = FIRST_NODE_PORT + Math.floor((service + seed) / 10);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `svc-${service}`, namespace: `ns-${service % NAMESPACES}` },
    spec: {
      type: isNodePort ? "NodePort" : "ClusterIP",
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ["IPv4"],
      ports: [isNodePort ? { ...port, nodePort } : port],
    },
  };
}

function sliceObject(service: number, endpoints: number): object {
  const name = `svc-${service}`;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-a`,
      namespace: `ns-${service % NAMESPACES}`,
      labels: { "kubernetes.io/service-name": name },
    },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints: Array.from({ length: endpoints }, (_, endpoint) => ({
      addresses: [formatAddress(POD_BASE + service * endpoints + endpoint)],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${(service + endpoint) % NODES}`,
    })),
  };
}
