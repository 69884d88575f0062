import type { ProxyModel } from "../../services/model.js";

/** What kube-proxy's health check servers answer for Services with policy Local. */
export interface HealthChecks {
  /** By `namespace/name`: the port that load balancers ask. */
  readonly nodePorts: ReadonlyMap<string, number>;
  /** By `namespace/name`: ready endpoints on this node, counted by address; those with none left out. */
  readonly localReadyEndpoints: ReadonlyMap<string, number>;
}

export function healthChecks(model: ProxyModel): HealthChecks {
  const nodePorts = new Map<string, number>();
  for (const [key, { ports }] of model.allServices()) {
    for (const { healthCheckNodePort } of ports) {
      if (healthCheckNodePort !== 0) nodePorts.set(key, healthCheckNodePort);
    }
  }
  const localReadyEndpoints = new Map<string, number>();
  for (const key of model.servicesWithEndpoints()) {
    const local = new Set<string>();
    for (const { endpoints } of model.endpoints(key)) {
      for (const { local: here, from } of endpoints)
        if (here && from.ready) local.add(from.address);
    }
    if (local.size > 0) localReadyEndpoints.set(key, local.size);
  }
  return { nodePorts, localReadyEndpoints };
}
