import { hash } from "node:crypto";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The chains that every kube-proxy in iptables mode has. */
export const CHAIN = {
  services: "KUBE-SERVICES",
  externalServices: "KUBE-EXTERNAL-SERVICES",
  nodePorts: "KUBE-NODEPORTS",
  postrouting: "KUBE-POSTROUTING",
  markMasquerade: "KUBE-MARK-MASQ",
  forward: "KUBE-FORWARD",
  proxyFirewall: "KUBE-PROXY-FIREWALL",
  /** Shared with kubelet. */
  firewall: "KUBE-FIREWALL",
  proxyCanary: "KUBE-PROXY-CANARY",
  kubeletCanary: "KUBE-KUBELET-CANARY",
  kubeletHint: "KUBE-IPTABLES-HINT",
} as const;

const PREFIXES = {
  cluster: "KUBE-SVC-",
  local: "KUBE-SVL-",
  endpoint: "KUBE-SEP-",
  firewall: "KUBE-FW-",
  external: "KUBE-EXT-",
} as const;

const SERVICE_CHAIN = /^KUBE-(?:SVC|SVL|SEP|FW|EXT)-/;

/** Whether kube-proxy may take the chain for one of its own and remove it. */
export function isServiceChain(name: string): boolean {
  return SERVICE_CHAIN.test(name);
}

/** Chain names of one Service port; they differ in their prefixes only. */
export interface ServiceChainNames {
  readonly cluster: string;
  readonly local: string;
  readonly firewall: string;
  readonly external: string;
}

/** `portProtoHash`: of the Service port's label and its protocol in lower case. */
export function serviceChainNames(label: string, protocol: string): ServiceChainNames {
  const suffix = chainHash(label + protocol);
  return {
    cluster: PREFIXES.cluster + suffix,
    local: PREFIXES.local + suffix,
    firewall: PREFIXES.firewall + suffix,
    external: PREFIXES.external + suffix,
  };
}

/** `servicePortEndpointChainName`; `endpoint` is `address:port`, IPv6 in brackets. */
export function endpointChainName(label: string, protocol: string, endpoint: string): string {
  return PREFIXES.endpoint + chainHash(label + protocol + endpoint);
}

/** Two characters of base32 for each number of ten bits. */
const PAIRS: readonly string[] = Array.from(
  { length: 1024 },
  (_, bits) => BASE32.charAt(bits >> 5) + BASE32.charAt(bits & 31),
);

/**
 * The first 16 characters of the base32 of the SHA-256: its first 80 bits. A cluster has one for
 * each endpoint; `crypto.hash` into a binary string takes a fifth of what `createHash` needs.
 */
function chainHash(text: string): string {
  const digest = hash("sha256", text, "binary");
  return fiveBytes(digest, 0) + fiveBytes(digest, 5);
}

function fiveBytes(digest: string, at: number): string {
  const a = digest.charCodeAt(at);
  const b = digest.charCodeAt(at + 1);
  const c = digest.charCodeAt(at + 2);
  const d = digest.charCodeAt(at + 3);
  const e = digest.charCodeAt(at + 4);
  return (
    pair((a << 2) | (b >> 6)) +
    pair(((b & 63) << 4) | (c >> 4)) +
    pair(((c & 15) << 6) | (d >> 2)) +
    pair(((d & 3) << 8) | e)
  );
}

function pair(bits: number): string {
  return PAIRS[bits] ?? "";
}
