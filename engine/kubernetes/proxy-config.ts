import type { Checked, Fault } from "../errors.js";
import { makePlaces, type ReadDocument } from "./document.js";
import { PROXY_CONFIG_FIELDS, type FieldShape } from "./proxy-config-fields.js";
import { readText, type ObjectSource } from "./read.js";
import { Fields, Findings, formatPath, isMapping, type Mapping } from "./shape.js";
import { parseSloppyPrefix } from "./sloppy.js";

export const DETECT_LOCAL_MODES = [
  "ClusterCIDR",
  "NodeCIDR",
  "BridgeInterface",
  "InterfaceNamePrefix",
] as const;
/** How the proxy tells local Pods' packets, by the names of KubeProxyConfiguration. */
export type DetectLocalMode = (typeof DETECT_LOCAL_MODES)[number];

/** The parts of a KubeProxyConfiguration that show in iptables rules, with kube-proxy's defaults. */
export interface ProxyConfig {
  /** Empty: the node's own name. */
  readonly hostnameOverride: string;
  readonly detectLocalMode: DetectLocalMode;
  /** CIDRs of either family. */
  readonly clusterCIDRs: readonly string[];
  readonly bridgeInterface: string;
  readonly interfaceNamePrefix: string;
  readonly masqueradeAll: boolean;
  /** 0 to 31. */
  readonly masqueradeBit: number;
  readonly localhostNodePorts: boolean;
  /** CIDRs of either family, or the one word `primary`: the node's own addresses. */
  readonly nodePortAddresses: readonly string[];
  readonly tcpBeLiberal: boolean;
  /** Milliseconds. */
  readonly syncPeriod: number;
  /** By gate, those that are set. */
  readonly featureGates: Readonly<Record<string, boolean>>;
}

/** What kube-proxy 1.30 does without a configuration file. */
export const DEFAULT_PROXY_CONFIG: ProxyConfig = {
  hostnameOverride: "",
  detectLocalMode: "ClusterCIDR",
  clusterCIDRs: [],
  bridgeInterface: "",
  interfaceNamePrefix: "",
  masqueradeAll: false,
  masqueradeBit: 14,
  localhostNodePorts: true,
  nodePortAddresses: [],
  tcpBeLiberal: false,
  syncPeriod: 30_000,
  featureGates: {},
};

/** IFNAMSIZ less its end: the longest interface name (`validateInterface`). */
const LONGEST_INTERFACE = 15;
export const PRIMARY_ADDRESSES = "primary";

/**
 * Reads a KubeProxyConfiguration (`kubeproxy.config.k8s.io/v1alpha1`) from YAML or JSON. Fields
 * that 1.30 does not know are named in a warning; fields with a value that kube-proxy would refuse
 * are errors, and their defaults stand.
 */
export function readProxyConfig(source: ObjectSource): Checked<ProxyConfig> {
  const { documents, faults } = readText(source);
  const found = new Findings();
  const document = documents.find(({ value }) => isConfig(value)) ?? documents[0];
  const value = document?.value;
  if (!isMapping(value)) {
    if (faults.length === 0) {
      found.error("not-a-proxy-config", "the file holds no KubeProxyConfiguration");
    }
    return { value: DEFAULT_PROXY_CONFIG, faults: [...faults, ...place(source, document, found)] };
  }
  const config = checkConfig(new Fields(value, found));
  return { value: config, faults: [...faults, ...place(source, document, found)] };
}

function isConfig(value: unknown): boolean {
  return isMapping(value) && value["kind"] === "KubeProxyConfiguration";
}

function checkConfig(config: Fields): ProxyConfig {
  const kind = config.text("kind");
  const version = config.text("apiVersion");
  if (kind !== "KubeProxyConfiguration" || version !== "kubeproxy.config.k8s.io/v1alpha1") {
    const message = `kind ${kind ?? "none"} of ${version ?? "none"} is not KubeProxyConfiguration of kubeproxy.config.k8s.io/v1alpha1`;
    config.error("not-a-proxy-config", message, "kind");
  }
  nameUnknownFields(config.mapping, PROXY_CONFIG_FIELDS, config, []);
  const iptables = config.inside("iptables");
  const defaults = DEFAULT_PROXY_CONFIG;
  checkMode(config);
  return {
    hostnameOverride: (config.text("hostnameOverride") ?? "").trim().toLowerCase(),
    ...readDetection(config),
    masqueradeAll: iptables.flag("masqueradeAll") ?? defaults.masqueradeAll,
    masqueradeBit: iptables.integer("masqueradeBit", 0, 31) ?? defaults.masqueradeBit,
    localhostNodePorts: iptables.flag("localhostNodePorts") ?? defaults.localhostNodePorts,
    nodePortAddresses: readNodePortAddresses(config),
    tcpBeLiberal: config.inside("conntrack").flag("tcpBeLiberal") ?? defaults.tcpBeLiberal,
    syncPeriod: readDuration(iptables, "syncPeriod") ?? defaults.syncPeriod,
    featureGates: readGates(config),
  };
}

function nameUnknownFields(
  mapping: Mapping,
  shape: FieldShape,
  config: Fields,
  path: readonly string[],
): void {
  if (shape === "any") return;
  for (const [key, value] of Object.entries(mapping)) {
    const inner = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (inner === undefined) {
      const field = formatPath([...path, key]);
      const message = `kube-proxy 1.30 has no field ${field}; it is ignored`;
      config.warn("unknown-field", message, ...path, key);
    } else if (isMapping(value)) {
      nameUnknownFields(value, inner, config, [...path, key]);
    }
  }
}

function checkMode(config: Fields): void {
  const mode = config.text("mode") ?? "";
  if (mode === "" || mode === "iptables") return;
  const message = `mode is ${JSON.stringify(mode)}; these are the rules of mode iptables`;
  if (["ipvs", "nftables", "kernelspace"].includes(mode)) {
    config.warn("other-proxy-mode", message, "mode");
  } else {
    config.error("unknown-value", message, "mode");
  }
}

type Detection = Pick<
  ProxyConfig,
  "detectLocalMode" | "clusterCIDRs" | "bridgeInterface" | "interfaceNamePrefix"
>;

function readDetection(config: Fields): Detection {
  const given = config.text("detectLocalMode") ?? "";
  const known = given === "" ? "ClusterCIDR" : config.choice("detectLocalMode", DETECT_LOCAL_MODES);
  const detectLocalMode = known ?? DEFAULT_PROXY_CONFIG.detectLocalMode;
  const local = config.inside("detectLocal");
  const bridgeInterface = readInterface(local, "bridgeInterface");
  const interfaceNamePrefix = readInterface(local, "interfaceNamePrefix");
  const missing =
    (detectLocalMode === "BridgeInterface" && bridgeInterface === "" && "bridgeInterface") ||
    (detectLocalMode === "InterfaceNamePrefix" &&
      interfaceNamePrefix === "" &&
      "interfaceNamePrefix");
  if (missing) {
    local.error(
      "interface-missing",
      `detectLocalMode ${detectLocalMode} needs ${missing}`,
      missing,
    );
  }
  const clusterCIDRs = readClusterCIDRs(config);
  return { detectLocalMode, clusterCIDRs, bridgeInterface, interfaceNamePrefix };
}

function readInterface(local: Fields, key: string): string {
  const name = (local.text(key) ?? "").trim();
  if (name.length <= LONGEST_INTERFACE) return name;
  const message = `${name} is longer than the ${LONGEST_INTERFACE} characters of an interface name`;
  local.error("interface-name-too-long", message, key);
  return "";
}

function readClusterCIDRs(config: Fields): readonly string[] {
  const parts = (config.text("clusterCIDR") ?? "").split(",").map((part) => part.trim());
  return parts.filter((part) => part !== "" && isCidr(config, part, "clusterCIDR"));
}

function readNodePortAddresses(config: Fields): readonly string[] {
  const given = config.texts("nodePortAddresses");
  if (given.length === 1 && given[0] === PRIMARY_ADDRESSES) return given;
  return given.filter((text, index) => isCidr(config, text, "nodePortAddresses", index));
}

function isCidr(config: Fields, text: string, ...path: readonly (string | number)[]): boolean {
  const sound = parseSloppyPrefix(text) !== undefined;
  if (!sound) config.error("bad-cidr", `${JSON.stringify(text)} is not a CIDR`, ...path);
  return sound;
}

const DURATION_UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  ns: 1e-6,
};

/** Go's duration text (`1m30s`), in milliseconds. */
function readDuration(fields: Fields, key: string): number | undefined {
  const text = fields.text(key);
  if (text === undefined || text === "0") return text === undefined ? undefined : 0;
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|us|ns|m|s))+$/.test(text)) {
    const message = `${JSON.stringify(text)} is not a duration such as 30s or 1m30s`;
    fields.error("bad-duration", message, key);
    return undefined;
  }
  return [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|ns|m|s)/g)].reduce(
    (sum, [, count = "0", unit = "s"]) => sum + Number(count) * (DURATION_UNITS[unit] ?? 0),
    0,
  );
}

function readGates(config: Fields): Readonly<Record<string, boolean>> {
  const gates = config.inside("featureGates");
  return Object.fromEntries(
    Object.keys(gates.mapping).flatMap((gate) => {
      const on = gates.flag(gate);
      return on === undefined ? [] : [[gate, on]];
    }),
  );
}

function place(
  { file, text }: ObjectSource,
  document: ReadDocument | undefined,
  found: Findings,
): readonly Fault[] {
  const spans = document?.locate(found.list.map(({ path }) => path)) ?? [];
  const placeOf = makePlaces(text);
  return found.list.map(({ code, severity, message, path }, index): Fault => {
    const span = spans[index];
    const field = path.length === 0 ? {} : { field: formatPath(path) };
    if (span === undefined) return { code, severity, message, at: { file, ...field } };
    const { position, excerpt } = placeOf(span);
    return { code, severity, message, at: { file, ...position, ...field }, excerpt };
  });
}
