import { fault, type Checked } from "../../../../../engine/errors.js";
import { SERVICE_NAME } from "../../../../../engine/control-plane/controllers/endpoint-slice/controller.js";
import { familyOfIp, ipOfFamily } from "../../../../../engine/control-plane/networks.js";
import { formatAddress, parseAddress } from "../../../../../engine/net/ip.js";
import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import type { Pod } from "../../../../../engine/control-plane/objects.js";

/** Where a connection begins. */
export type Source =
  | {
      readonly kind: "pod";
      readonly pod: Pod;
      readonly node: string;
      /** One of each family that it has. */
      readonly ips: readonly string[];
    }
  | { readonly kind: "node"; readonly node: string; readonly ips: readonly string[] }
  /** Anywhere beyond the cluster. */
  | { readonly kind: "outside"; readonly ips: readonly string[] };

/** A new connection that somebody asks for. */
export interface Ask {
  readonly source: Source;
  /** The source's address: of the family that the connection has. */
  readonly from: string;
  readonly ip: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  /** What the address was made from, where it was a name. */
  readonly resolved: string | undefined;
}

/** Addresses of the outside world, for documentation (TEST-NET-2, RFC 3849). */
const OUTSIDE = ["198.51.100.7", "2001:db8:51:100::7"];

/** Reads `pod/web-1`, `node/node-2` or `outside`. */
export function readSource(
  cluster: Cluster,
  text: string,
  namespace: string,
): Checked<Source | undefined> {
  const refuse = (message: string): Checked<undefined> => ({
    value: undefined,
    faults: [fault("bad-source", `error: ${message}`, {})],
  });
  if (text === "outside") return { value: { kind: "outside", ips: OUTSIDE }, faults: [] };
  const [kind = "", name = ""] = text.split("/", 2);
  if (["node", "nodes", "no"].includes(kind)) {
    const machine = cluster.machines.get(name);
    if (machine === undefined) return refuse(`there is no node ${name}`);
    return { value: { kind: "node", node: name, ips: machine.addresses }, faults: [] };
  }
  if (!["pod", "pods", "po"].includes(kind)) {
    return refuse(`--from takes pod/NAME, node/NAME or outside, not ${text}`);
  }
  const pod = podNamed(cluster, namespace, name);
  const ips = (pod?.status?.podIPs ?? []).map(({ ip }) => ip ?? "");
  if (pod === undefined) return refuse(`there is no pod ${name} in namespace ${namespace}`);
  if (ips.length === 0 || pod.spec.nodeName === undefined) {
    return refuse(`pod ${name} has no address yet: it is not running`);
  }
  return { value: { kind: "pod", pod, node: pod.spec.nodeName, ips }, faults: [] };
}

/** By its name, or `app=web` for the first Pod with these labels that has an address. */
export function podNamed(cluster: Cluster, namespace: string, name: string): Pod | undefined {
  const [key, value] = name.split("=", 2);
  if (value === undefined) return cluster.api.cache.get("pods", namespace, name);
  return cluster.api.cache
    .withLabel("pods", namespace, key ?? "", value)
    .find((pod) => pod.status?.podIP !== undefined);
}

const PROTOCOLS: Readonly<Record<string, Ask["protocol"]>> = { udp: "UDP", sctp: "SCTP" };
const URL_SHAPE = /^(?:(https?|tcp|udp|sctp):\/\/)?(\[[^\]]*\]|[^/:]+)(?::(\d{1,5}))?(?:\/\S*)?$/;

/** Reads `http://web`, `10.0.0.1:80`, `udp://dns.kube-system:53`. */
export function readAsk(
  cluster: Cluster,
  source: Source,
  text: string,
  namespace: string,
): Checked<Ask | undefined> {
  const found = URL_SHAPE.exec(text);
  const [, scheme = "http", host = "", digits] = found ?? [];
  const port = digits === undefined ? (scheme === "https" ? 443 : 80) : Number(digits);
  const refuse = (message: string): Checked<undefined> => ({
    value: undefined,
    faults: [fault("bad-url", `error: ${message}`, {})],
  });
  if (found === null || port < 1 || port > 65535) {
    return refuse(`${text} is no address to connect to, such as http://10.100.0.7:80`);
  }
  const protocol = PROTOCOLS[scheme] ?? "TCP";
  const address = parseAddress(/^\[(.*)\]$/.exec(host)?.[1] ?? host);
  const candidates =
    address === undefined ? resolve(cluster, host, namespace) : [formatAddress(address)];
  if (candidates.length === 0) {
    const message = `curl: (6) Could not resolve host: ${host}`;
    return { value: undefined, faults: [fault("unresolved-host", message, {})] };
  }
  const pair = matching(candidates, source.ips);
  if (pair === undefined) {
    const own = source.ips.join(", ");
    return refuse(`${candidates.join(", ")} cannot be reached from ${own}: another family`);
  }
  const resolved = address === undefined ? host : undefined;
  return { value: { source, ...pair, port, protocol, resolved }, faults: [] };
}

/** The first address that the source has one of the same family for, as clients choose. */
function matching(candidates: readonly string[], own: readonly string[]) {
  for (const ip of candidates) {
    const family = familyOfIp(ip);
    const from = family === undefined ? undefined : ipOfFamily(own, family);
    if (from !== undefined) return { ip, from };
  }
  return undefined;
}

const LOCALHOST = ["127.0.0.1", "::1"];
const DOMAIN = ["svc", "cluster", "local"];

/** What the cluster's DNS would answer: a Service's cluster IPs, a node's addresses. */
function resolve(cluster: Cluster, host: string, namespace: string): readonly string[] {
  if (host === "localhost") return LOCALHOST;
  const [name = "", home = namespace, ...rest] = host.split(".");
  if (rest.some((part, index) => part !== DOMAIN[index])) return [];
  const service = cluster.api.cache.get("services", home, name);
  if (service?.spec.clusterIP === "None") return endpointsOf(cluster, home, name);
  const ips = service?.spec.clusterIPs ?? [];
  return ips.length > 0 ? ips : (cluster.machines.get(host)?.addresses ?? []);
}

/** What a headless Service's name stands for: its ready endpoints. */
function endpointsOf(cluster: Cluster, namespace: string, name: string): readonly string[] {
  return cluster.api.cache
    .withLabel("endpointslices", namespace, SERVICE_NAME, name)
    .flatMap((slice) => slice.endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready === true)
    .flatMap(({ addresses }) => addresses);
}
