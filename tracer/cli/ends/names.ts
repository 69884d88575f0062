import { parseAddress, type Address } from "../../../engine/net/ip.js";
import type { KubernetesObjects } from "../../../engine/kubernetes/types.js";
import { protocolNumber } from "../../../engine/net/protocol.js";
import type { Names } from "../../report/words.js";

/**
 * What the objects call an address: a Service (with its port, where the port is one of its own), a
 * Pod or a Node. A node's address with a node port on it is named after that Service too.
 */
export function namesOf(objects: KubernetesObjects): Names {
  const services = new Map<string, string>();
  const hosts = new Map<Address, string>();
  const add = (text: string, name: string): void => {
    const address = parseAddress(text);
    if (address !== undefined && !hosts.has(address)) hosts.set(address, name);
  };
  for (const service of objects.services) {
    const name = `svc ${service.namespace}/${service.name}`;
    for (const text of frontsOf(service)) {
      const address = parseAddress(text);
      if (address === undefined) continue;
      hosts.set(address, name);
      for (const { port, name: portName, protocol } of service.ports) {
        const own = portName === "" ? name : `${name}:${portName}`;
        services.set(`${address} ${port} ${protocolNumber(protocol)}`, own);
      }
    }
    for (const { nodePort, protocol } of service.ports) {
      if (nodePort === 0) continue;
      services.set(`node ${nodePort} ${protocolNumber(protocol)}`, `${name} node port`);
    }
  }
  const nodes = new Set<Address>();
  for (const node of objects.nodes) {
    for (const text of node.addresses) {
      const address = parseAddress(text);
      if (address === undefined) continue;
      nodes.add(address);
      add(text, `node ${node.name}`);
    }
  }
  for (const pod of objects.pods) {
    for (const text of pod.addresses) add(text, `pod ${pod.namespace}/${pod.name}`);
  }
  for (const slice of objects.endpointSlices) {
    for (const { address, pod } of slice.endpoints) {
      if (pod !== undefined) add(address, `pod ${pod}`);
    }
  }
  return (address, port, protocol) => {
    const host = hosts.get(address);
    const front = services.get(`${nodes.has(address) ? "node" : address} ${port} ${protocol}`);
    return nodes.has(address) && front !== undefined ? `${host}, ${front}` : (front ?? host);
  };
}

function frontsOf(service: KubernetesObjects["services"][number]): readonly string[] {
  const ingress = service.ingress.map(({ ip }) => ip);
  return [...service.clusterIPs, service.clusterIP, ...service.externalIPs, ...ingress];
}
