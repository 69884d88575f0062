import type { ServicePort } from "../../../engine/services/types.js";
import { familyOf, formatAddress, parseAddress, type Address } from "../../../engine/net/ip.js";
import { endpointText } from "../../report/words.js";
import { isLoopback } from "../../walk/address-type.js";
import type { MatrixSetup } from "./load.js";

export type FrontKind = "cluster-ip" | "node-port" | "external-ip" | "load-balancer-ip";

export const FRONT_NAMES: Readonly<Record<FrontKind, string>> = {
  "cluster-ip": "cluster IP",
  "node-port": "node port",
  "external-ip": "external IP",
  "load-balancer-ip": "load-balancer IP",
};

/** An address and port that a Service port is asked at. */
export interface Front {
  readonly kind: FrontKind;
  readonly address: Address;
  readonly port: number;
  /** `ADDRESS:PORT`. */
  readonly text: string;
}

/** In the order in which people think of them; node ports at each of `nodes`. */
export function frontsOf(port: ServicePort, nodes: readonly Address[]): readonly Front[] {
  const at = (kind: FrontKind, address: Address, number: number): Front => ({
    kind,
    address,
    port: number,
    text: endpointText(address, number),
  });
  const known = (texts: readonly string[]) => texts.flatMap((text) => parseAddress(text) ?? []);
  return [
    ...known([port.clusterIP]).map((address) => at("cluster-ip", address, port.port)),
    ...(port.nodePort === 0 ? [] : nodes.map((address) => at("node-port", address, port.nodePort))),
    ...known(port.externalIPs).map((address) => at("external-ip", address, port.port)),
    ...known(port.loadBalancerVIPs).map((address) => at("load-balancer-ip", address, port.port)),
  ];
}

/**
 * Where this node's node ports are asked for: at the address that its Node object calls internal,
 * or `--node-ip`, or the first of its interfaces; and at others that it was told to serve them on.
 */
export function nodeAddresses({
  objects,
  node,
  family,
  settings,
  world,
}: MatrixSetup): readonly Address[] {
  const object = objects.nodes.find(({ name }) => name === node);
  const inside = object?.addresses.filter((text) => !object.externalAddresses.includes(text)) ?? [];
  const interfaces = world.host.interfaces.value.flatMap(({ addresses }) =>
    addresses.flatMap(({ address, scope }) => (scope === "global" ? [formatAddress(address)] : [])),
  );
  const first = [...inside, settings.nodeIP, ...interfaces].find((text) => isUsable(text, family));
  const listed = settings.nodePorts.kind === "listed" ? settings.nodePorts.addresses : [];
  const texts = [...(first === undefined ? [] : [first]), ...listed];
  return [
    ...new Set(
      texts.filter((text) => isUsable(text, family)).flatMap((text) => parseAddress(text) ?? []),
    ),
  ];
}

function isUsable(text: string, family: 4 | 6): boolean {
  const address = parseAddress(text);
  return address !== undefined && familyOf(address) === family && !isLoopback(address);
}
