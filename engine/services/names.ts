import type { ServicePortName } from "./types.js";

/** `namespace/name:port`, or `namespace/name` for a port without a name. */
export function labelOf({ namespace, name, port }: ServicePortName): string {
  return port === "" ? `${namespace}/${name}` : `${namespace}/${name}:${port}`;
}

/** What tells ports of one Service apart, in Services as in slices. */
export function portKey(port: string, protocol: string): string {
  return `${port}/${protocol}`;
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** By namespace, name, port name and protocol: the order of Services in everything written. */
export function compareNames(left: ServicePortName, right: ServicePortName): number {
  return (
    compareText(left.namespace, right.namespace) ||
    compareText(left.name, right.name) ||
    compareText(left.port, right.port) ||
    compareText(left.protocol, right.protocol)
  );
}
