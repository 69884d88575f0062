import { fault, type Checked } from "../../../../../engine/errors.js";
import { formatAddress, parseAddressOf } from "../../../../../engine/net/ip.js";
import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import type { Pod } from "../../../../../engine/control-plane/objects.js";

/** Where a connection begins. */
export type Source =
  | { readonly kind: "pod"; readonly pod: Pod; readonly node: string; readonly ip: string }
  | { readonly kind: "node"; readonly node: string; readonly ip: string }
  /** Anywhere beyond the cluster. */
  | { readonly kind: "outside"; readonly ip: string };

/** A new connection that somebody asks for. */
export interface Ask {
  readonly source: Source;
  readonly ip: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  /** What the address was made from, where it was a name. */
  readonly resolved: string | undefined;
}

/** An address of the outside world (TEST-NET-2). */
const OUTSIDE = "198.51.100.7";

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
  if (text === "outside") return { value: { kind: "outside", ip: OUTSIDE }, faults: [] };
  const [kind = "", name = ""] = text.split("/", 2);
  if (["node", "nodes", "no"].includes(kind)) {
    const machine = cluster.machines.get(name);
    if (machine === undefined) return refuse(`there is no node ${name}`);
    return { value: { kind: "node", node: name, ip: machine.address }, faults: [] };
  }
  if (!["pod", "pods", "po"].includes(kind)) {
    return refuse(`--from takes pod/NAME, node/NAME or outside, not ${text}`);
  }
  const pod = podNamed(cluster, namespace, name);
  const ip = pod?.status?.podIP;
  if (pod === undefined) return refuse(`there is no pod ${name} in namespace ${namespace}`);
  if (ip === undefined || pod.spec.nodeName === undefined) {
    return refuse(`pod ${name} has no address yet: it is not running`);
  }
  return { value: { kind: "pod", pod, node: pod.spec.nodeName, ip }, faults: [] };
}

/** By its name, or `app=web` for the first Pod with these labels that has an address. */
export function podNamed(cluster: Cluster, namespace: string, name: string): Pod | undefined {
  const [key, value] = name.split("=", 2);
  if (value === undefined) return cluster.api.cache.get("pods", namespace, name);
  return cluster.api.cache
    .withLabel("pods", namespace, key ?? "", value)
    .find((pod) => pod.status?.podIP !== undefined);
}

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
  const protocol = scheme === "udp" ? "UDP" : scheme === "sctp" ? "SCTP" : "TCP";
  const address = parseAddressOf(4, host);
  if (address !== undefined) {
    const ask = {
      source,
      ip: formatAddress(address),
      port,
      protocol,
      resolved: undefined,
    } as const;
    return { value: ask, faults: [] };
  }
  const ip = host === "localhost" ? "127.0.0.1" : resolve(cluster, host, namespace);
  if (ip === undefined) {
    const message = `curl: (6) Could not resolve host: ${host}`;
    return { value: undefined, faults: [fault("unresolved-host", message, {})] };
  }
  return { value: { source, ip, port, protocol, resolved: host }, faults: [] };
}

const DOMAIN = ["svc", "cluster", "local"];

/** What the cluster's DNS would answer: a Service's cluster IP, a node's address. */
function resolve(cluster: Cluster, host: string, namespace: string): string | undefined {
  const [name = "", home = namespace, ...rest] = host.split(".");
  if (rest.some((part, index) => part !== DOMAIN[index])) return undefined;
  const service = cluster.api.cache.get("services", home, name);
  const ip = service?.spec.clusterIP;
  if (ip !== undefined && ip !== "" && ip !== "None") return ip;
  return cluster.machines.get(host)?.address;
}
