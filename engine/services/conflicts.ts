import { warning, type Fault } from "../errors.js";
import type { ServiceObject } from "../kubernetes/types.js";
import { portKey } from "./names.js";
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
export function findConflicts(beliefs: readonly Belief[]): readonly Fault[] {
  return [...contested(beliefs), ...crowded(beliefs)];
}

/** Those of `now` that were not there `before`. */
export function newConflicts(before: readonly Fault[], now: readonly Fault[]): readonly Fault[] {
  const known = new Set(before.map(conflictKey));
  return now.filter((found) => !known.has(conflictKey(found)));
}

function conflictKey({ message, at: { object, field } }: Fault): string {
  return JSON.stringify([object, field, message]);
}

function contested(beliefs: readonly Belief[]): readonly Fault[] {
  if (!anyContested(beliefs)) return [];
  const held = new Map<string, Claim[]>();
  for (const belief of beliefs) {
    for (const claim of claimsOf(belief)) {
      const others = held.get(claim.what);
      if (others === undefined) held.set(claim.what, [claim]);
      else others.push(claim);
    }
  }
  return [...held.values()].filter((claims) => claims.length > 1).flatMap(judge);
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
export function doublePorts({ namespace, name, ports }: ServiceObject): readonly Fault[] {
  if (ports.length < 2) return [];
  const last = new Map(ports.map((port) => [portKey(port.name, port.protocol), port.index]));
  return ports.flatMap((port) => {
    const winner = last.get(portKey(port.name, port.protocol));
    if (winner === undefined || winner === port.index) return [];
    const named = port.name === "" ? "without a name" : `named ${port.name}`;
    const message = `spec.ports[${winner}] is ${named} and ${port.protocol} too, and counts instead`;
    const at = { object: `Service ${namespace}/${name}`, field: `spec.ports[${port.index}]` };
    return [warning("double-port", message, at)];
  });
}

function crowded(beliefs: readonly Belief[]): readonly Fault[] {
  return beliefs
    .filter(({ endpoints }) => endpoints.length > MANY_ENDPOINTS)
    .map(({ port, endpoints }) => {
      const message = `${port.label} has ${endpoints.length} endpoints: a new connection passes up to as many rules`;
      return warning("many-endpoints", message, { object: objectOf(port), field: "endpoints" });
    });
}
