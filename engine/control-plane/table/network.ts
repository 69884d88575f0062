import { humanDuration, parseTime } from "../clock.js";
import type { EndpointSlice, Service } from "../objects.js";
import { NONE, UNSET, columns, type TableKind } from "./table.js";

export const SERVICES: TableKind<Service> = {
  columns: columns(["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age"], ["Selector"]),
  cells: (service, now) => {
    const { spec, metadata } = service;
    const selector = Object.entries(spec.selector ?? {})
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, value]) => `${key}=${value}`);
    return [
      metadata.name,
      spec.type ?? "ClusterIP",
      spec.clusterIP ?? NONE,
      externalText(service),
      portsText(service),
      humanDuration(now - parseTime(metadata.creationTimestamp)),
      selector.length === 0 ? NONE : selector.join(","),
    ];
  },
};

/** `getServiceExternalIP`. */
function externalText({ spec, status }: Service): string {
  const externals = spec.externalIPs ?? [];
  switch (spec.type) {
    case "ExternalName":
      return spec.externalName ?? NONE;
    case "LoadBalancer": {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(
        (one) => one.ip ?? one.hostname ?? "",
      );
      const all = [...ingress, ...externals];
      return all.length === 0 ? "<pending>" : all.join(",");
    }
    default:
      return externals.length === 0 ? NONE : externals.join(",");
  }
}

function portsText({ spec }: Service): string {
  const ports = (spec.ports ?? []).map((port) => {
    const node = (port.nodePort ?? 0) > 0 ? `:${port.nodePort}` : "";
    return `${port.port}${node}/${port.protocol ?? "TCP"}`;
  });
  return ports.length === 0 ? NONE : ports.join(",");
}

export const ENDPOINT_SLICES: TableKind<EndpointSlice> = {
  columns: columns(["Name", "AddressType", "Ports", "Endpoints", "Age"]),
  cells: (slice, now) => {
    const ports = (slice.ports ?? []).map((port) => String(port.port ?? "*"));
    const addresses = (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
    return [
      slice.metadata.name,
      slice.addressType,
      ports.length === 0 ? UNSET : shortened(ports),
      addresses.length === 0 ? UNSET : shortened(addresses),
      humanDuration(now - parseTime(slice.metadata.creationTimestamp)),
    ];
  },
};

/** At most three (`formatEndpointSlices`). */
function shortened(items: readonly string[]): string {
  return items.length <= 3
    ? items.join(",")
    : `${items.slice(0, 3).join(",")} + ${items.length - 3} more...`;
}
