import type { Family } from "../net/ip.js";
import { parseIPv4 } from "../net/ip.js";
import { LABELS, readName, readPortName } from "./metadata.js";
import { describeValue, isMapping, type Fields, type Mapping } from "./shape.js";
import { sloppyFamily } from "./sloppy.js";
import {
  TRANSPORT_PROTOCOLS,
  type EndpointSliceObject,
  type SliceEndpoint,
  type SlicePort,
} from "./types.js";

/** `discovery/validation`: `maxEndpoints`. */
const MAX_ENDPOINTS = 1_000;
const NO_ZONES: readonly string[] = [];

/** Reads a discovery.k8s.io/v1 EndpointSlice; what is wrong in it is reported, and left out. */
export function checkSlice(object: Fields): EndpointSliceObject | undefined {
  const identity = readName(object);
  const labels = object.inside("metadata").inside("labels");
  const type = object.choice("addressType", ["IPv4", "IPv6", "FQDN"]);
  if (!object.has("addressType")) {
    object.error("address-type-missing", "the EndpointSlice has no addressType");
  }
  if (identity === undefined || type === undefined) return undefined;
  const family = type === "FQDN" ? undefined : type === "IPv4" ? 4 : 6;
  const { ports, without } = readSlicePorts(object);
  const endpoints = family === undefined ? [] : readEndpoints(object, family, without);
  return {
    kind: "EndpointSlice",
    namespace: identity.namespace,
    name: identity.name,
    service: labels.text(LABELS.serviceName) ?? "",
    proxyName: labels.has(LABELS.proxyName),
    headlessLabel: labels.has(LABELS.headless),
    family,
    ports,
    endpoints,
    unusable: without.length === 0 ? "" : JSON.stringify(without.sort()),
  };
}

/** A slice's ports, and those that make no rules, as JSON. */
interface ReadPorts {
  readonly ports: readonly SlicePort[];
  readonly without: string[];
}

/**
 * Ports without a number mean all ports; proxies leave them out, like those with number 0. A port
 * that gives no name has the empty one (`SetDefaults_EndpointPort`), unless another port of the
 * slice has that already: names are unique.
 */
export function readSlicePorts(object: Fields): ReadPorts {
  const ports: SlicePort[] = [];
  const without: string[] = [];
  const items = object.items("ports");
  for (const port of items) {
    const number = port.integer("port", 0, 65_535);
    const protocol = port.has("protocol") ? port.choice("protocol", TRANSPORT_PROTOCOLS) : "TCP";
    const name = readPortName(port);
    const appProtocol = port.text("appProtocol");
    const nameTaken = !port.has("name") && items.some(({ mapping }) => mapping["name"] === "");
    if (number === 0) port.warn("endpoint-port-zero", "port 0 is ignored by proxies", "port");
    if (nameTaken) {
      port.warn("double-port", "a port without a name is ignored beside one with the empty name");
    }
    if (number !== undefined && number !== 0 && protocol !== undefined && !nameTaken) {
      ports.push({ name, protocol, port: number, appProtocol });
    } else {
      without.push(JSON.stringify([name, protocol, number, appProtocol]));
    }
  }
  return { ports, without };
}

function readEndpoints(
  object: Fields,
  family: Family,
  without: string[],
): readonly SliceEndpoint[] {
  const endpoints: SliceEndpoint[] = [];
  const list = object.list("endpoints");
  if (list.length > MAX_ENDPOINTS) {
    const message = `${list.length} endpoints; the API server takes at most ${MAX_ENDPOINTS} a slice`;
    object.warn("too-many-endpoints", message, "endpoints");
  }
  for (let index = 0; index < list.length; index++) {
    const raw = list[index];
    if (isMapping(raw)) {
      const address = readAddress(object, raw, index, family);
      if (address !== undefined) endpoints.push(makeEndpoint(object, raw, index, address));
      else without.push(JSON.stringify(makeEndpoint(object, raw, index, "")));
    } else {
      const message = `${describeValue(raw)} is not a mapping`;
      object.error("wrong-type", message, "endpoints", index);
    }
  }
  return endpoints;
}

/**
 * The first address. One of another family than the slice's is an error, and yet it is kept: the
 * proxy of its own family uses it. Written flat: clusters hold 100,000 of them.
 */
function readAddress(
  object: Fields,
  raw: Mapping,
  index: number,
  family: Family,
): string | undefined {
  const addresses: unknown = raw["addresses"];
  const address: unknown = Array.isArray(addresses) ? addresses[0] : undefined;
  if (typeof address === "string") {
    if (family === 4 && parseIPv4(address) !== undefined) return address;
    const actual = sloppyFamily(address);
    const where = ["endpoints", index, "addresses", 0] as const;
    if (actual === undefined || (actual === 4 && address.includes(":"))) {
      const kind = actual === undefined ? "not an IP address" : "an IPv4 address in IPv6 form";
      object.error("bad-address", `${JSON.stringify(address)} is ${kind}`, ...where);
      return undefined;
    }
    if (actual !== family) {
      const message = `${address} is an IPv${actual} address in an IPv${family} slice`;
      object.error("address-of-other-family", message, ...where);
    }
    if (actual === 4 && parseIPv4(address) === undefined) {
      const message = `${address} has leading zeros: proxies write it as it is, and iptables reads such parts as octal`;
      object.warn("address-with-leading-zeros", message, ...where);
    }
    return address;
  }
  if (Array.isArray(addresses) && addresses.length === 0) {
    const message = "an endpoint without addresses is ignored";
    object.warn("endpoint-without-address", message, "endpoints", index, "addresses");
  } else {
    object.error("wrong-type", "addresses is not a list of texts", "endpoints", index, "addresses");
  }
  return undefined;
}

function makeEndpoint(object: Fields, raw: Mapping, index: number, address: string): SliceEndpoint {
  const conditions = raw["conditions"];
  const given = isMapping(conditions) ? conditions : {};
  const addresses = raw["addresses"];
  return {
    address,
    addresses: Array.isArray(addresses) && addresses.length > 1 ? addresses.join(",") : address,
    nodeName: textOf(object, raw, index, "nodeName"),
    zone: textOf(object, raw, index, "zone"),
    ready: conditionOf(object, given, index, "ready", true),
    serving: conditionOf(object, given, index, "serving", true),
    terminating: conditionOf(object, given, index, "terminating", false),
    zoneHints: readZoneHints(raw["hints"]),
    pod: podOf(raw["targetRef"]),
  };
}

function textOf(object: Fields, raw: Mapping, index: number, key: string): string | undefined {
  const value = raw[key];
  if (typeof value === "string" || value === undefined || value === null) return value ?? undefined;
  const message = `${key} is ${describeValue(value)}, not a text`;
  object.error("wrong-type", message, "endpoints", index, key);
  return undefined;
}

/** An absent condition means ready, serving, and not terminating (discovery/v1 types). */
function conditionOf(
  object: Fields,
  conditions: Mapping,
  index: number,
  key: string,
  absent: boolean,
): boolean {
  const value = conditions[key];
  if (typeof value === "boolean") return value;
  if (value !== undefined && value !== null) {
    const message = `${key} is ${describeValue(value)}, not true or false`;
    object.error("wrong-type", message, "endpoints", index, "conditions", key);
  }
  return absent;
}

function readZoneHints(hints: unknown): readonly string[] {
  const zones: unknown = isMapping(hints) ? hints["forZones"] : undefined;
  if (!Array.isArray(zones)) return NO_ZONES;
  return zones.flatMap((zone: unknown) =>
    isMapping(zone) && typeof zone["name"] === "string" ? [zone["name"]] : [],
  );
}

export function podOf(target: unknown): string | undefined {
  if (!isMapping(target) || target["kind"] !== "Pod") return undefined;
  const name = target["name"];
  const namespace = target["namespace"];
  return typeof name === "string" && typeof namespace === "string"
    ? `${namespace}/${name}`
    : undefined;
}
