import { warning, type Fault } from "../errors.js";
import type { ServiceObject } from "../kubernetes/types.js";
import type { Belief, ServicePort } from "./types.js";

/** More endpoints than this make a Service worth a word: each packet passes their rules in turn. */
const MANY_ENDPOINTS = 5_000;

/** Something that two Service ports want, and where the object asks for it. */
interface Claim {
  readonly belief: Belief;
  /** `address:port/protocol` or `node port N/protocol`. */
  readonly what: string;
  readonly field: string;
}

/**
 * What Services want that only one of them can have. Rules are tried in the order of Services, so
 * the first that has endpoints gets the packets; the others' rules are written all the same.
 */
export function findConflicts(
  beliefs: readonly Belief[],
  services: readonly ServiceObject[],
): readonly Fault[] {
  const faults = [...doublePorts(services), ...crowded(beliefs)];
  if (!anyContested(beliefs)) return faults;
  const held = new Map<string, Claim[]>();
  for (const belief of beliefs) {
    for (const claim of claimsOf(belief)) {
      const others = held.get(claim.what);
      if (others === undefined) held.set(claim.what, [claim]);
      else others.push(claim);
    }
  }
  const contested = [...held.values()].filter((claims) => claims.length > 1);
  return [...contested.flatMap(judge), ...faults];
}

/** A quick look, as conflicts are rare and clusters large: whether anything is wanted twice. */
function anyContested(beliefs: readonly Belief[]): boolean {
  const seen = new Set<string>();
  const again = (key: string) => seen.size === seen.add(key).size;
  return beliefs.some(({ port }) => {
    const tail = `/${port.port}/${port.protocol}`;
    return (
      again(port.clusterIP + tail) ||
      port.externalIPs.some((ip) => again(ip + tail)) ||
      port.loadBalancerVIPs.some((ip) => again(ip + tail)) ||
      (port.nodePort !== 0 && again(`${port.nodePort}/${port.protocol}`)) ||
      (port.healthCheckNodePort !== 0 && again(`${port.healthCheckNodePort}/tcp`))
    );
  });
}

function* claimsOf(belief: Belief): Generator<Claim> {
  const { port } = belief;
  const at = `${port.port}/${port.protocol}`;
  yield { belief, what: `${port.clusterIP} port ${at}`, field: "spec.clusterIP" };
  for (const ip of port.externalIPs) {
    yield { belief, what: `${ip} port ${at}`, field: "spec.externalIPs" };
  }
  for (const ip of port.loadBalancerVIPs) {
    yield { belief, what: `${ip} port ${at}`, field: "status.loadBalancer.ingress" };
  }
  if (port.nodePort !== 0) {
    const what = `node port ${port.nodePort}/${port.protocol}`;
    yield { belief, what, field: "spec.ports[].nodePort" };
  }
  if (port.healthCheckNodePort !== 0) {
    const what = `node port ${port.healthCheckNodePort}/tcp`;
    yield { belief, what, field: HEALTH_CHECK };
  }
}

const HEALTH_CHECK = "spec.healthCheckNodePort";

/** One Service port may want an address twice, and ports of a Service share a health check. */
function sameWish(left: Claim, right: Claim): boolean {
  if (left.belief === right.belief) return true;
  return (
    left.field === HEALTH_CHECK &&
    right.field === HEALTH_CHECK &&
    objectOf(left.belief.port) === objectOf(right.belief.port)
  );
}

function judge(claims: readonly Claim[]): readonly Fault[] {
  const winner = claims.find(({ belief }) => hasEndpoints(belief)) ?? claims[0];
  if (winner === undefined) return [];
  return claims
    .filter((claim) => !sameWish(claim, winner))
    .map(({ belief, what, field }) => {
      const { label } = winner.belief.port;
      const why = hasEndpoints(winner.belief) ? "its rule comes first" : "none has endpoints";
      const message = `${what} is also wanted by ${label} (${winner.field}), which wins: ${why}`;
      const at = { object: objectOf(belief.port), field };
      return warning("contested-address", message, at);
    });
}

function hasEndpoints({ endpoints }: Belief): boolean {
  return endpoints.some(({ from }) => from.ready || (from.serving && from.terminating));
}

function objectOf({ name }: ServicePort): string {
  return `Service ${name.namespace}/${name.name}`;
}

/** Ports of one name and protocol: proxies know them apart by these, so the last one counts. */
function doublePorts(services: readonly ServiceObject[]): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { namespace, name, ports } of services) {
    if (ports.length < 2) continue;
    const last = new Map(ports.map((port) => [`${port.name}/${port.protocol}`, port.index]));
    for (const port of ports) {
      const winner = last.get(`${port.name}/${port.protocol}`);
      if (winner === undefined || winner === port.index) continue;
      const named = port.name === "" ? "without a name" : `named ${port.name}`;
      const message = `spec.ports[${winner}] is ${named} and ${port.protocol} too, and counts instead`;
      const field = `spec.ports[${port.index}]`;
      faults.push(
        warning("double-port", message, { object: `Service ${namespace}/${name}`, field }),
      );
    }
  }
  return faults;
}

function crowded(beliefs: readonly Belief[]): readonly Fault[] {
  return beliefs
    .filter(({ endpoints }) => endpoints.length > MANY_ENDPOINTS)
    .map(({ port, endpoints }) => {
      const message = `${port.label} has ${endpoints.length} endpoints: a new connection passes up to as many rules`;
      return warning("many-endpoints", message, { object: objectOf(port), field: "endpoints" });
    });
}
