import type { ApiServer } from "../api/server.js";
import { humanDuration, parseTime } from "../clock.js";
import { SERVICE_NAME } from "../controllers/endpoint-slice/controller.js";
import type { Endpoint, EndpointPort, EndpointSlice, Service } from "../objects.js";
import { hostPort } from "../networks.js";
import { NONE, columns } from "../table/table.js";
import type { DerivedObject, DerivedResource } from "./types.js";

interface Address {
  readonly ip: string;
  readonly nodeName?: string;
  readonly targetRef?: Endpoint["targetRef"];
}

interface Subset {
  readonly addresses?: readonly Address[];
  readonly notReadyAddresses?: readonly Address[];
  readonly ports: readonly EndpointPort[];
}

/** `core/v1 Endpoints`: what EndpointSlices took over from, still read by many. */
interface EndpointsObject extends DerivedObject {
  readonly subsets?: readonly Subset[];
}

export const ENDPOINTS: DerivedResource = {
  plural: "endpoints",
  singular: "endpoints",
  shortNames: ["ep"],
  kind: "Endpoints",
  columns: columns(["Name", "Endpoints", "Age"]),
  rows: (api, now) =>
    api.cache
      .list("services")
      .filter(({ spec }) => spec.type !== "ExternalName")
      .map((service) => {
        const subsets = subsetsOf(api, service);
        const object: EndpointsObject = {
          apiVersion: "v1",
          kind: "Endpoints",
          metadata: {
            name: service.metadata.name,
            namespace: service.metadata.namespace,
            uid: `endpoints-${service.metadata.uid}`,
            creationTimestamp: service.metadata.creationTimestamp,
            ...(service.metadata.labels === undefined ? {} : { labels: service.metadata.labels }),
          },
          ...(subsets.length === 0 ? {} : { subsets }),
        };
        const age = humanDuration(now - parseTime(service.metadata.creationTimestamp));
        return { object, cells: [service.metadata.name, shown(subsets), age] };
      }),
};

/** One subset for each set of ports; of the Service's first address family only. */
function subsetsOf(api: ApiServer, { metadata, spec }: Service): readonly Subset[] {
  const family = spec.ipFamilies?.[0] ?? "IPv4";
  return api.cache
    .withLabel("endpointslices", metadata.namespace, SERVICE_NAME, metadata.name)
    .filter((slice) => slice.addressType === family && (slice.endpoints ?? []).length > 0)
    .map(subsetOf)
    .filter((subset) => subset.addresses !== undefined || subset.notReadyAddresses !== undefined);
}

function subsetOf({ endpoints, ports = [] }: EndpointSlice): Subset {
  const ready = endpoints.filter(({ conditions }) => conditions?.ready === true);
  const coming = endpoints.filter(
    ({ conditions }) => conditions?.ready !== true && conditions?.terminating !== true,
  );
  return {
    ...(ready.length === 0 ? {} : { addresses: ready.flatMap(addressesOf) }),
    ...(coming.length === 0 ? {} : { notReadyAddresses: coming.flatMap(addressesOf) }),
    ports,
  };
}

function addressesOf({ addresses, nodeName, targetRef }: Endpoint): readonly Address[] {
  return addresses.map((ip) => ({
    ip,
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  }));
}

const MOST_SHOWN = 3;

/** `formatEndpoints`. */
function shown(subsets: readonly Subset[]): string {
  const all = subsets.flatMap(({ addresses = [], ports }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port ?? ""))),
  );
  if (all.length === 0) return NONE;
  const list = all.slice(0, MOST_SHOWN).join(",");
  return all.length > MOST_SHOWN ? `${list} + ${all.length - MOST_SHOWN} more...` : list;
}
