import type { Family } from "../net/ip.js";
import { cleanAddress, parseSloppyAddress, parseSloppyPrefix, sloppyFamily } from "./sloppy.js";
import { ANNOTATIONS, LABELS, readName, readPortName } from "./metadata.js";
import type { Fields } from "./shape.js";
import {
  TRANSPORT_PROTOCOLS,
  type LoadBalancerIngress,
  type ServiceObject,
  type ServicePortSpec,
} from "./types.js";

const POLICIES = ["Cluster", "Local"] as const;
const SERVICE_TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] as const;
/** The API server's default (`v1.DefaultClientIPServiceAffinitySeconds`). */
const DEFAULT_AFFINITY_SECONDS = 10_800;
const MAX_AFFINITY_SECONDS = 86_400;

/** Reads a core/v1 Service; what is wrong in it is reported, and left out. */
export function checkService(object: Fields): ServiceObject | undefined {
  const identity = readName(object);
  const spec = object.inside("spec");
  const metadata = object.inside("metadata");
  const labels = metadata.inside("labels");
  const annotations = metadata.inside("annotations");
  const type = spec.choice("type", SERVICE_TYPES) ?? "ClusterIP";
  const addresses = readClusterIPs(spec, type === "ExternalName");
  // Read whole before anything is refused, so that all its faults are told at once.
  const service: ServiceObject = {
    kind: "Service",
    namespace: identity?.namespace ?? "",
    name: identity?.name ?? "",
    type,
    clusterIP: addresses?.clusterIP ?? "",
    clusterIPs: addresses?.clusterIPs ?? [],
    ipFamilies: addresses?.ipFamilies ?? [],
    proxyName: labels.has(LABELS.proxyName),
    headlessLabel: labels.has(LABELS.headless),
    ports: readPorts(spec),
    externalIPs: readExternalIPs(spec),
    loadBalancerSourceRanges: readSourceRanges(spec),
    ingress: readIngress(object.inside("status").inside("loadBalancer")),
    externalTrafficPolicy: spec.choice("externalTrafficPolicy", POLICIES) ?? "Cluster",
    internalTrafficPolicy: spec.choice("internalTrafficPolicy", POLICIES) ?? "Cluster",
    healthCheckNodePort: spec.integer("healthCheckNodePort", 0, 65_535) ?? 0,
    affinitySeconds: readAffinity(spec),
    publishNotReadyAddresses: spec.flag("publishNotReadyAddresses") ?? false,
    trafficDistribution: spec.text("trafficDistribution"),
    topologyMode:
      annotations.text(ANNOTATIONS.topologyHints) ??
      annotations.text(ANNOTATIONS.topologyMode) ??
      "",
  };
  return identity === undefined || addresses === undefined ? undefined : service;
}

type ClusterIPs = Pick<ServiceObject, "clusterIP" | "clusterIPs" | "ipFamilies">;

function readClusterIPs(spec: Fields, external: boolean): ClusterIPs | undefined {
  const clusterIP = spec.text("clusterIP");
  // The API server keeps `clusterIPs[0]` equal to `clusterIP`; a manifest may leave the list out.
  const listed = spec.texts("clusterIPs");
  const clusterIPs = spec.has("clusterIPs") || !clusterIP ? listed : [clusterIP];
  const ipFamilies: Family[] = [];
  for (const family of spec.texts("ipFamilies")) {
    if (family === "IPv4") ipFamilies.push(4);
    else if (family === "IPv6") ipFamilies.push(6);
    else spec.error("unknown-value", `${family} is not IPv4 or IPv6`, "ipFamilies");
  }
  if (external) return { clusterIP: clusterIP ?? "", clusterIPs, ipFamilies };
  if (clusterIP === undefined && clusterIPs.length === 0) {
    const message = "the Service has no cluster IP, which the API server would have given it";
    spec.error("service-without-cluster-ip", message);
    return undefined;
  }
  const first = clusterIP ?? clusterIPs[0] ?? "";
  let sound = readableAddress(spec, first, ipFamilies[0], "clusterIP");
  for (const [index, ip] of listed.entries()) {
    // Nearly every list has one address, which is the one just read.
    if (sound && index === 0 && ip === first) continue;
    if (!readableAddress(spec, ip, ipFamilies[index], "clusterIPs", index)) sound = false;
  }
  return sound ? { clusterIP: first, clusterIPs, ipFamilies } : undefined;
}

/** Whether a cluster IP can be used; reports what keeps it from that. */
function readableAddress(
  spec: Fields,
  text: string,
  family: Family | undefined,
  ...path: readonly (string | number)[]
): boolean {
  if (text === "None") return true;
  if (text === "") {
    spec.warn("cluster-ip-not-allocated", "the cluster IP is not allocated yet", ...path);
    return true;
  }
  const actual = sloppyFamily(text);
  if (actual === undefined) {
    spec.error("bad-address", `${JSON.stringify(text)} is not an IP address`, ...path);
  } else if (family !== undefined && actual !== family) {
    const message = `${text} is an IPv${actual} address, but ipFamilies says IPv${family}`;
    spec.error("address-of-other-family", message, ...path);
  } else {
    return true;
  }
  return false;
}

function readPorts(spec: Fields): readonly ServicePortSpec[] {
  const ports: ServicePortSpec[] = [];
  for (const port of spec.items("ports")) {
    const number = port.integer("port", 1, 65_535);
    const nodePort = port.integer("nodePort", 0, 65_535) ?? 0;
    const protocol = port.has("protocol") ? port.choice("protocol", TRANSPORT_PROTOCOLS) : "TCP";
    if (!port.has("port")) port.error("port-missing", "the Service port has no number");
    if (number === undefined || protocol === undefined) continue;
    const target = port.mapping["targetPort"];
    ports.push({
      name: readPortName(port),
      protocol,
      port: number,
      nodePort,
      targetPort: typeof target === "number" || typeof target === "string" ? target : undefined,
      index: port.index,
    });
  }
  return ports;
}

function readExternalIPs(spec: Fields): readonly string[] {
  return spec.texts("externalIPs").flatMap((text, index) => {
    const address = parseSloppyAddress(text);
    if (address !== undefined) return [cleanAddress(address)];
    const message = `${JSON.stringify(text)} is not an IP address; proxies ignore it`;
    spec.warn("bad-external-ip", message, "externalIPs", index);
    return [];
  });
}

/** Blanks around a range are allowed (validation lets them in); a blank range is ignored. */
function readSourceRanges(spec: Fields): readonly string[] {
  return spec.texts("loadBalancerSourceRanges").flatMap((text, index) => {
    const range = text.trim();
    if (parseSloppyPrefix(range) !== undefined) return [range];
    const where = ["loadBalancerSourceRanges", index] as const;
    if (range === "") spec.warn("blank-source-range", "a blank range is ignored", ...where);
    else spec.error("bad-cidr", `${JSON.stringify(text)} is not a CIDR`, ...where);
    return [];
  });
}

function readIngress(loadBalancer: Fields): readonly LoadBalancerIngress[] {
  const ingress: LoadBalancerIngress[] = [];
  for (const entry of loadBalancer.items("ingress")) {
    const ip = entry.text("ip") ?? "";
    const mode = entry.choice("ipMode", ["VIP", "Proxy"]) ?? "VIP";
    if (ip === "") continue;
    const address = parseSloppyAddress(ip);
    if (address === undefined) {
      entry.error("bad-address", `${JSON.stringify(ip)} is not an IP address`, "ip");
    } else {
      ingress.push({ ip: cleanAddress(address), mode, index: entry.index });
    }
  }
  return ingress;
}

function readAffinity(spec: Fields): number | undefined {
  if (spec.choice("sessionAffinity", ["None", "ClientIP"]) !== "ClientIP") return undefined;
  const config = spec.inside("sessionAffinityConfig").inside("clientIP");
  return config.integer("timeoutSeconds", 1, MAX_AFFINITY_SECONDS) ?? DEFAULT_AFFINITY_SECONDS;
}
