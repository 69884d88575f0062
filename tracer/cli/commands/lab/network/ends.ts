import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import type { Fraction } from "../../../../odds/fraction.js";
import type { Ask } from "./ask.js";
import type { Arrival, Hop } from "./route.js";

/** What becomes of a new connection. */
export interface End {
  readonly odds: Fraction;
  readonly hops: readonly Hop[];
  readonly outcome: Outcome;
}

export type Outcome =
  | {
      readonly kind: "answered";
      /** As in `pod/web-1` or `kube-apiserver`. */
      readonly by: string;
      readonly container: string | undefined;
      readonly node: string;
      readonly ip: string;
      readonly port: number;
      /** The address that the answering side sees. */
      readonly from: string;
    }
  /** The client gets an error at once. */
  | { readonly kind: "refused"; readonly why: string }
  /** The client hears nothing and waits. */
  | { readonly kind: "lost"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

const API_PORT = 6443;

/** Who is at the place where a packet has arrived, now. */
export function endOf(cluster: Cluster, ask: Ask, arrival: Arrival): End {
  const { odds, hops, where } = arrival;
  if (where.kind !== "at") return { odds, hops, outcome: where };
  const { ip, port, from } = where;
  const listener = cluster.machines.listenerAt(
    { ip, port, protocol: ask.protocol, now: cluster.now },
    ({ namespace, name, uid }) => {
      const pod = cluster.api.cache.get("pods", namespace, name);
      return pod?.metadata.uid === uid ? pod : undefined;
    },
  );
  switch (listener.kind) {
    case "accepts": {
      const { container, node } = listener;
      const by = `pod/${listener.pod.metadata.name}`;
      return { odds, hops, outcome: { kind: "answered", by, container, node, ip, port, from } };
    }
    case "refuses":
      return { odds, hops, outcome: { kind: "refused", why: listener.why } };
    case "nobody":
      return { odds, hops, outcome: onHost(cluster, where, listener.why) };
  }
}

/** A node's own programs: of those only the master's API server is known. */
function onHost(
  cluster: Cluster,
  { ip, port, from }: { readonly ip: string; readonly port: number; readonly from: string },
  why: string,
): Outcome {
  const machine = cluster.machines.list().find(({ address }) => address === ip);
  if (machine === undefined) return { kind: "lost", why };
  if (!machine.powered) return { kind: "lost", why: `${machine.name} is down` };
  const isMaster = cluster.machines.list()[0] === machine;
  if (isMaster && port === API_PORT) {
    const node = machine.name;
    return { kind: "answered", by: "kube-apiserver", container: undefined, node, ip, port, from };
  }
  return { kind: "refused", why: `nothing listens on ${ip}:${port} of ${machine.name}` };
}

/** One phrase for an end, the same for ends that are the same to a client. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "answered": {
      const container = outcome.container === undefined ? "" : `, container ${outcome.container},`;
      return `answered by ${outcome.by}${container} on ${outcome.node} at ${outcome.ip}:${outcome.port}, which sees ${outcome.from}`;
    }
    case "refused":
      return `refused: ${outcome.why}`;
    case "lost":
      return `lost: ${outcome.why}`;
    case "unknown":
      return `cannot be told: ${outcome.why}`;
  }
}
