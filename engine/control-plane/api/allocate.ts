import type { Service, ServicePort, ServiceSpec } from "../objects.js";
import type { Random } from "../random.js";
import { addressAt, familyName, networksOf, offsetIn, type Network } from "../networks.js";
import type { ClusterSettings } from "../settings.js";
import { isHeadless, takesNodePorts } from "../validate/service.js";
import { withFamilies } from "./families.js";
import type { Taken } from "./holdings.js";
import { invalidValue, type FieldError } from "./field-error.js";

export interface Allocation {
  readonly service: Service;
  readonly errors: readonly FieldError[];
}

/**
 * Gives a Service its cluster IP and node ports, or checks the ones that it asks for. What it
 * holds already, it keeps (`pkg/registry/core/service`).
 */
export function allocate(
  service: Service,
  old: Service | undefined,
  taken: Taken,
  settings: ClusterSettings,
  random: Random,
): Allocation {
  const kept = keepAllocated(service, old);
  const errors: FieldError[] = [];
  const familiar = withFamilies(kept, old, settings, errors);
  if (errors.length > 0) return { service, errors };
  const addressed = withClusterIps(familiar, taken, settings, random, errors);
  const spec = withNodePorts(addressed, taken, settings, random, errors);
  return { service: { ...service, spec }, errors };
}

/** `patchAllocatedValues` and `dropTypeDependentFields`. */
function keepAllocated(service: Service, old: Service | undefined): ServiceSpec {
  const { spec } = service;
  if (spec.type === "ExternalName") {
    const { clusterIP, clusterIPs: _ips, ...rest } = spec;
    // What is asked for anew is left in place for validation to refuse.
    return (clusterIP ?? "") === "" || clusterIP === old?.spec.clusterIP ? rest : spec;
  }
  const holds = old !== undefined && old.spec.type !== "ExternalName";
  const ips =
    holds && (spec.clusterIP ?? "") === "" && old.spec.clusterIP !== undefined
      ? { clusterIP: old.spec.clusterIP, clusterIPs: old.spec.clusterIPs ?? [old.spec.clusterIP] }
      : {};
  const before = old?.spec.ports ?? [];
  const ports = spec.ports?.map((port) => keepNodePort(port, before, spec));
  return { ...spec, ...ips, ...(ports === undefined ? {} : { ports }) };
}

function keepNodePort(
  port: ServicePort,
  before: readonly ServicePort[],
  spec: ServiceSpec,
): ServicePort {
  const held = before.find(
    (other) => other.port === port.port && other.protocol === port.protocol,
  )?.nodePort;
  if (held === undefined) return port;
  if (takesNodePorts(spec)) return (port.nodePort ?? 0) === 0 ? { ...port, nodePort: held } : port;
  if (port.nodePort !== held) return port;
  const { nodePort: _gone, ...rest } = port;
  return rest;
}

/** One cluster IP for each of the Service's families, in their order. */
function withClusterIps(
  spec: ServiceSpec,
  taken: Taken,
  settings: ClusterSettings,
  random: Random,
  errors: FieldError[],
): ServiceSpec {
  if (spec.type === "ExternalName" || isHeadless(spec)) return spec;
  const asked = spec.clusterIPs ?? [];
  const networks = networksOf(settings.serviceCidr);
  const clusterIPs = (spec.ipFamilies ?? []).flatMap((name, index) => {
    const network = networks.find(({ family }) => familyName(family) === name);
    const ip = asked[index] ?? "";
    if (network === undefined) return [];
    if (ip !== "") {
      errors.push(...askedErrors(network, ip, asked, taken));
      return [ip];
    }
    const { luck } = settings;
    const lucky = luck.clusterIPs.find((one) => isWithin(network, one) && !taken.hasAddress(one));
    const free = lucky ?? freeAddress(network, taken, random);
    if (free !== undefined) return [free];
    errors.push(refusedIp(asked, "failed to allocate a serviceIP: range is full"));
    return [];
  });
  const [clusterIP] = clusterIPs;
  return clusterIP === undefined ? spec : { ...spec, clusterIP, clusterIPs };
}

function askedErrors(
  network: Network,
  ip: string,
  asked: readonly string[],
  taken: Taken,
): readonly FieldError[] {
  if (!isWithin(network, ip)) {
    const range = `The range of valid IPs is ${network.text}`;
    const why = `provided IP is not in the valid range. ${range}`;
    return [refusedIp(asked, `failed to allocate IP ${ip}: ${why}`)];
  }
  return taken.hasAddress(ip)
    ? [refusedIp(asked, `failed to allocate IP ${ip}: provided IP is already allocated`)]
    : [];
}

/** Whether a Service may have the address: the network's own and the last are nobody's. */
function isWithin(network: Network, ip: string): boolean {
  const offset = offsetIn(network, ip);
  return offset !== undefined && offset > 0 && offset < network.size - 1;
}

function refusedIp(asked: readonly string[], why: string): FieldError {
  return invalidValue("spec.clusterIPs", asked, why);
}

/** The lower end of the range is left to those who ask (`calculateRangeOffset`). */
function staticBand(size: number): number {
  const band = Math.min(Math.max(16, Math.floor(size / 16)), 256);
  return size <= 16 ? 0 : band;
}

function freeAddress(network: Network, taken: Taken, random: Random): string | undefined {
  const usable = network.size - 2;
  const low = Math.min(staticBand(network.size), usable);
  const isFree = (offset: number): boolean => !taken.hasAddress(addressAt(network, 1 + offset));
  const offset =
    firstFree(low, usable, random, isFree) ??
    (low > 0 ? firstFree(0, low, random, isFree) : undefined);
  return offset === undefined ? undefined : addressAt(network, 1 + offset);
}

/** A random free number of `from` up to, not including, `to`. */
function firstFree(
  from: number,
  to: number,
  random: Random,
  isFree: (number: number) => boolean,
): number | undefined {
  const size = to - from;
  if (size <= 0) return undefined;
  const start = random.below(size);
  for (let step = 0; step < size; step++) {
    const number = from + ((start + step) % size);
    if (isFree(number)) return number;
  }
  return undefined;
}

function withNodePorts(
  spec: ServiceSpec,
  taken: Taken,
  settings: ClusterSettings,
  random: Random,
  errors: FieldError[],
): ServiceSpec {
  if (!takesNodePorts(spec) || spec.ports === undefined) return spec;
  const { min, max } = settings.nodePorts;
  const used = new Set<number>();
  for (const [index, port] of spec.ports.entries()) {
    const asked = port.nodePort ?? 0;
    if (asked === 0) continue;
    const field = `spec.ports[${index}].nodePort`;
    if (asked < min || asked > max) {
      const range = `The range of valid ports is ${min}-${max}`;
      errors.push(invalidValue(field, asked, `provided port is not in the valid range. ${range}`));
    } else if (taken.hasPort(asked) || sharesProtocol(spec.ports, index)) {
      errors.push(invalidValue(field, asked, "provided port is already allocated"));
    }
    used.add(asked);
  }
  if (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts === false) return spec;
  const band = Math.min(Math.max(16, Math.floor((max - min + 1) / 32)), 128);
  const next = (): number | undefined => {
    const isFree = (port: number): boolean => !used.has(port) && !taken.hasPort(port);
    const low = Math.min(min + band, max + 1);
    const lucky = settings.luck.nodePorts.find((one) => one >= min && one <= max && isFree(one));
    const port =
      lucky ?? firstFree(low, max + 1, random, isFree) ?? firstFree(min, low, random, isFree);
    if (port !== undefined) used.add(port);
    return port;
  };
  const ports = spec.ports.map((port, index) => {
    if ((port.nodePort ?? 0) !== 0) return port;
    const nodePort = next();
    if (nodePort !== undefined) return { ...port, nodePort };
    const why = "failed to allocate a nodePort: range is full";
    errors.push(invalidValue(`spec.ports[${index}].nodePort`, 0, why));
    return port;
  });
  return withHealthCheckPort({ ...spec, ports }, next);
}

/** One Service may use a node port for several protocols, but not twice for one. */
function sharesProtocol(ports: readonly ServicePort[], index: number): boolean {
  const port = ports[index];
  return ports
    .slice(0, index)
    .some((other) => other.nodePort === port?.nodePort && other.protocol === port?.protocol);
}

/** `NeedsHealthCheck`: only load balancers that must find the nodes with endpoints. */
function withHealthCheckPort(spec: ServiceSpec, next: () => number | undefined): ServiceSpec {
  if (spec.type !== "LoadBalancer" || spec.externalTrafficPolicy !== "Local") return spec;
  if ((spec.healthCheckNodePort ?? 0) !== 0) return spec;
  const healthCheckNodePort = next();
  return healthCheckNodePort === undefined ? spec : { ...spec, healthCheckNodePort };
}
