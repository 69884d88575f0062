import type { Arbitrary } from "fast-check";
import type { PortPlan } from "./service.js";
import { addressIn, NODES, ZONES, type ClusterBounds, type Fc, type RawObject } from "./values.js";

const STATES = [
  { ready: true, serving: true, terminating: false },
  { ready: false, serving: false, terminating: false },
  { ready: false, serving: true, terminating: true },
  { ready: false, serving: false, terminating: true },
] as const;

/** Slices of one Service; no address is in two of them. */
export function slicesArbitrary(
  fc: Fc,
  service: number,
  name: { readonly namespace: string; readonly name: string },
  ports: readonly PortPlan[],
  bounds: ClusterBounds,
): Arbitrary<readonly RawObject[]> {
  const numbers = Array.from({ length: bounds.slices }, (_, slice) => slice);
  const slices = numbers.flatMap((slice) =>
    bounds.families.map((family) =>
      sliceArbitrary(fc, { service, slice, family }, name, ports, bounds),
    ),
  );
  return fc
    .tuple(fc.nat(bounds.slices * bounds.families.length), fc.tuple(...slices))
    .map(([count, all]) => all.slice(0, bounds.plain ? Math.max(count, 1) : count));
}

interface Place {
  readonly service: number;
  readonly slice: number;
  readonly family: 4 | 6;
}

function sliceArbitrary(
  fc: Fc,
  { service, slice, family }: Place,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  ports: readonly PortPlan[],
  bounds: ClusterBounds,
): Arbitrary<RawObject> {
  const first = service * 64 + slice * bounds.endpoints;
  const indices = Array.from({ length: bounds.endpoints }, (_, index) => first + index);
  return fc
    .record({
      ports: bounds.plain ? fc.constant(ports) : fc.subarray([...ports]),
      target: bounds.plain ? fc.constant(8_080) : fc.constantFrom(8_080, 9_090),
      endpoints: fc
        .subarray(indices, { minLength: bounds.plain ? 1 : 0 })
        .chain((chosen) =>
          fc.tuple(
            ...chosen.map((index) =>
              endpointArbitrary(fc, addressIn(family, "pod", index), bounds.plain),
            ),
          ),
        ),
    })
    .map(({ ports: own, target, endpoints }) => ({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        namespace,
        name: `${name}-${slice}-${family}`,
        labels: { "kubernetes.io/service-name": name },
      },
      addressType: `IPv${family}`,
      ports: own.map((port, at) => ({
        name: port.name,
        protocol: port.protocol,
        port: target + at,
      })),
      endpoints,
    }));
}

function endpointArbitrary(fc: Fc, address: string, plain: boolean): Arbitrary<RawObject> {
  return fc.record({
    addresses: fc.constant([address]),
    conditions: plain
      ? fc.constant(STATES[0])
      : fc.constantFrom(STATES[0], STATES[0], STATES[0], ...STATES, {}),
    nodeName: fc.constantFrom(...NODES),
    zone: fc.constantFrom(...ZONES),
    hints: plain
      ? fc.constant({})
      : fc.constantFrom({}, ...ZONES.map((zone) => ({ forZones: [{ name: zone }] }))),
  });
}
