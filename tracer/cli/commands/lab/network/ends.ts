import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import { hostPort } from "../../../../../engine/control-plane/networks.js";
import type { Fraction } from "../../../../odds/fraction.js";
import type { Ask } from "./ask.js";
import type { Hop, Journey, Where } from "./carry.js";
import { answersTo, complaintsOf, type Return } from "./return.js";
import type { Worlds } from "./worlds.js";

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

/**
 * What becomes of new connections whose first packet has come somewhere: who is there now, and
 * whether the client hears of it. Ways back stay what they are while rules and machines do, so
 * they are found once for each arrival.
 */
export class Ends {
  readonly #cluster: Cluster;
  readonly #worlds: Worlds;
  readonly #answers = new WeakMap<Journey, Map<boolean, readonly Return[]>>();
  readonly #complaints = new WeakMap<Journey, readonly Return[]>();

  constructor(cluster: Cluster, worlds: Worlds) {
    this.#cluster = cluster;
    this.#worlds = worlds;
  }

  of(ask: Ask, arrival: Journey): readonly End[] {
    const { where } = arrival;
    switch (where.kind) {
      case "lost":
      case "unknown":
        return [{ odds: arrival.odds, hops: arrival.hops, outcome: where }];
      case "stopped": {
        const refused: Outcome = { kind: "refused", why: where.why };
        return this.#complaintsTo(ask, arrival, where).map((way) => heard(way, refused));
      }
      case "at": {
        const outcome = whoIsThere(this.#cluster, ask, where);
        if (outcome.kind !== "answered" && outcome.kind !== "refused") {
          return [{ odds: arrival.odds, hops: arrival.hops, outcome }];
        }
        const accepts = outcome.kind === "answered";
        return this.#answersTo(ask, arrival, accepts).map((way) => heard(way, outcome));
      }
    }
  }

  #answersTo(ask: Ask, arrival: Journey, accepts: boolean): readonly Return[] {
    const known = this.#answers.get(arrival) ?? new Map<boolean, readonly Return[]>();
    this.#answers.set(arrival, known);
    const found = known.get(accepts);
    if (found !== undefined) return found;
    const made = answersTo(this.#cluster, this.#worlds, ask, arrival, accepts);
    known.set(accepts, made);
    return made;
  }

  #complaintsTo(
    ask: Ask,
    arrival: Journey,
    where: Extract<Where, { kind: "stopped" }>,
  ): readonly Return[] {
    const found = this.#complaints.get(arrival);
    if (found !== undefined) return found;
    const made = complaintsOf(this.#cluster, this.#worlds, ask, arrival, where);
    this.#complaints.set(arrival, made);
    return made;
  }
}

/** What the client makes of an outcome that it hears of, or does not. */
function heard({ odds, hops, where }: Return, outcome: Outcome): End {
  return { odds, hops, outcome: where.kind === "arrived" ? outcome : where };
}

/** Who is at the place where a packet has arrived, now. */
function whoIsThere(
  cluster: Cluster,
  ask: Ask,
  { ip, port, from }: Extract<Where, { kind: "at" }>,
): Outcome {
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
      return { kind: "answered", by, container, node, ip, port, from };
    }
    case "refuses":
      return { kind: "refused", why: listener.why };
    case "nobody":
      return onHost(cluster, { ip, port, from }, listener.why);
  }
}

/** A node's own programs: of those only the master's API server is known. */
function onHost(
  cluster: Cluster,
  { ip, port, from }: { readonly ip: string; readonly port: number; readonly from: string },
  why: string,
): Outcome {
  const machine = cluster.machines.machineAt(ip);
  if (machine === undefined) return { kind: "lost", why };
  if (!machine.powered) return { kind: "lost", why: `${machine.name} is down` };
  const isMaster = cluster.machines.list()[0] === machine;
  if (isMaster && port === API_PORT) {
    const node = machine.name;
    return { kind: "answered", by: "kube-apiserver", container: undefined, node, ip, port, from };
  }
  return { kind: "refused", why: `nothing listens on ${hostPort(ip, port)} of ${machine.name}` };
}

/** One phrase for an end, the same for ends that are the same to a client. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "answered": {
      const container = outcome.container === undefined ? "" : `, container ${outcome.container},`;
      return `answered by ${outcome.by}${container} on ${outcome.node} at ${hostPort(outcome.ip, outcome.port)}, which sees ${outcome.from}`;
    }
    case "refused":
      return `refused: ${outcome.why}`;
    case "lost":
      return `lost: ${outcome.why}`;
    case "unknown":
      return `cannot be told: ${outcome.why}`;
  }
}
