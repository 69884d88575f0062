import type { Service, ServiceSpec } from "../objects.js";

/** `SetDefaults_Service`, and the part of allocation that needs no allocator. */
export function defaultService(service: Service): Service {
  const { spec } = service;
  const type = spec.type ?? "ClusterIP";
  const sessionAffinity = spec.sessionAffinity ?? "None";
  const defaulted: ServiceSpec = {
    ...spec,
    type,
    sessionAffinity,
    ...(spec.ports === undefined
      ? {}
      : {
          ports: spec.ports.map((port) => ({
            protocol: "TCP",
            ...port,
            targetPort: port.targetPort ?? port.port,
          })),
        }),
    ...(sessionAffinity === "ClientIP" && spec.sessionAffinityConfig === undefined
      ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } }
      : {}),
  };
  return { ...service, spec: type === "ExternalName" ? defaulted : withPolicies(defaulted) };
}

function withPolicies(spec: ServiceSpec): ServiceSpec {
  const external =
    spec.type === "NodePort" || spec.type === "LoadBalancer" || (spec.externalIPs ?? []).length > 0;
  return {
    internalTrafficPolicy: "Cluster",
    ...(external ? { externalTrafficPolicy: "Cluster" } : {}),
    ...(spec.type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {}),
    ...spec,
    ...(spec.clusterIP !== undefined && spec.clusterIP !== "" && spec.clusterIPs === undefined
      ? { clusterIPs: [spec.clusterIP] }
      : {}),
    ...(spec.clusterIP === undefined && spec.clusterIPs?.[0] !== undefined
      ? { clusterIP: spec.clusterIPs[0] }
      : {}),
  };
}
