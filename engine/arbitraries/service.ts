import type { Arbitrary } from "fast-check";
import { addressIn, type ClusterBounds, type Fc, type RawObject } from "./values.js";

export interface PortPlan {
  readonly name: string;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly port: number;
  readonly nodePort: number | undefined;
}

/** One port without a name, or several with names; node ports differ between Services. */
function portsArbitrary(fc: Fc, service: number, plain: boolean): Arbitrary<readonly PortPlan[]> {
  const port = (name: string, at: number) =>
    fc.record({
      name: fc.constant(name),
      protocol: plain ? fc.constant("TCP" as const) : fc.constantFrom("TCP", "UDP", "SCTP"),
      port: fc.constant(80 + at),
      nodePort: plain
        ? fc.constant(undefined)
        : fc.option(fc.constant(30_000 + service * 4 + at), { nil: undefined }),
    });
  return fc.oneof(
    fc.tuple(port("", 0)),
    fc.tuple(port("http", 0), port("metrics", 1)),
    fc.tuple(port("dns", 0), port("dns-tcp", 1), port("admin", 2)),
  );
}

const POLICY = ["Cluster", "Local"] as const;

/** A core/v1 Service with the given number, name and ports. */
export function serviceArbitrary(
  fc: Fc,
  service: number,
  name: { readonly namespace: string; readonly name: string },
  bounds: ClusterBounds,
): Arbitrary<{ readonly raw: RawObject; readonly ports: readonly PortPlan[] }> {
  return portsArbitrary(fc, service, bounds.plain).chain((ports) =>
    specArbitrary(fc, service, ports, bounds).map(({ spec, ingress, labels, annotations }) => {
      const metadata = { namespace: name.namespace, name: name.name, labels, annotations };
      const status = { loadBalancer: { ingress } };
      return { ports, raw: { apiVersion: "v1", kind: "Service", metadata, spec, status } };
    }),
  );
}

function specArbitrary(fc: Fc, service: number, ports: readonly PortPlan[], bounds: ClusterBounds) {
  const { families } = bounds;
  const clusterIPs = families.map((family) => addressIn(family, "cluster", service + 1));
  const base = {
    type: "ClusterIP",
    clusterIP: clusterIPs[0] ?? "None",
    clusterIPs,
    ipFamilies: families.map((family) => `IPv${family}`),
    ports: ports.map((port) => portOf(port)),
  };
  if (bounds.plain) {
    return fc.constant({ spec: base, ingress: [], labels: {}, annotations: {} });
  }
  const external = fc.subarray(families.map((family) => addressIn(family, "external", service)));
  return fc.record({
    spec: fc
      .record({
        type: fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer"),
        externalIPs: external,
        loadBalancerSourceRanges: fc.subarray(["10.244.0.0/16", "192.168.0.0/24", "fd00::/16"]),
        externalTrafficPolicy: fc.constantFrom(...POLICY),
        internalTrafficPolicy: fc.constantFrom(...POLICY),
        sessionAffinity: fc.constantFrom("None", "None", "ClientIP"),
        healthCheckNodePort: fc.constantFrom(0, 32_000 + service),
      })
      .map((spec) => Object.assign({ ...base }, spec)),
    ingress: fc.subarray(
      families.map((family) => ({ ip: addressIn(family, "loadBalancer", service) })),
    ),
    labels: fc.constantFrom({}, {}, {}, {}, { "service.kubernetes.io/service-proxy-name": "x" }),
    annotations: fc.constantFrom({}, {}, { "service.kubernetes.io/topology-mode": "Auto" }),
  });
}

function portOf({ name, nodePort, ...port }: PortPlan): RawObject {
  return {
    ...port,
    targetPort: 8_080,
    ...(name === "" ? {} : { name }),
    ...(nodePort === undefined ? {} : { nodePort }),
  };
}
