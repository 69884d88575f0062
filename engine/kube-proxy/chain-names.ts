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

const CODES: readonly number[] = Array.from(BASE32, (character) => character.charCodeAt(0));

/** The character code of five bits. */
function code(bits: number): number {
  return CODES[bits & 31] ?? 0;
}

/**
 * The first 16 characters of the base32 of the SHA-256: its first 80 bits. A cluster has one for
 * each endpoint: `crypto.hash` into a binary string takes a fifth of what `createHash` needs, and
 * one `fromCharCode` two thirds of what joining characters needs.
 */
function chainHash(text: string): string {
  const digest = hash("sha256", text, "binary");
  const a = digest.charCodeAt(0);
  const b = digest.charCodeAt(1);
  const c = digest.charCodeAt(2);
  const d = digest.charCodeAt(3);
  const e = digest.charCodeAt(4);
  const f = digest.charCodeAt(5);
  const g = digest.charCodeAt(6);
  const h = digest.charCodeAt(7);
  const i = digest.charCodeAt(8);
  const j = digest.charCodeAt(9);
  return String.fromCharCode(
    code(a >> 3),
    code((a << 2) | (b >> 6)),
    code(b >> 1),
    code((b << 4) | (c >> 4)),
    code((c << 1) | (d >> 7)),
    code(d >> 2),
    code((d << 3) | (e >> 5)),
    code(e),
    code(f >> 3),
    code((f << 2) | (g >> 6)),
    code(g >> 1),
    code((g << 4) | (h >> 4)),
    code((h << 1) | (i >> 7)),
    code(i >> 2),
    code((i << 3) | (j >> 5)),
    code(j),
  );
}
