import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import { hostPort } from "../../../../../engine/control-plane/networks.js";
import { TCP_FLAG_BITS, type Packet } from "../../../../packet/types.js";
import { replyTo, walkAnswer } from "../../../../walk/reply.js";
import type { Ask } from "./ask.js";
import { carry, onwards, type Journey, type Network, type Where } from "./carry.js";
import { CLIENT_PORT, insideAddress } from "./route.js";
import type { Worlds } from "./worlds.js";

/** What became of an answer on its way back to the client. */
export interface Return extends Omit<Journey, "where" | "memories"> {
  readonly where:
    | { readonly kind: "arrived" }
    | { readonly kind: "lost"; readonly why: string }
    | { readonly kind: "unknown"; readonly why: string };
}

/**
 * Carries the answer of whoever a packet has reached back to the client, through the connections
 * that the packet has left behind: a SYN with ACK, or a reset where nothing listens.
 */
export function answersTo(
  cluster: Cluster,
  worlds: Worlds,
  ask: Ask,
  arrival: Journey,
  accepts: boolean,
): readonly Return[] {
  const last = arrival.hops.at(-1);
  const machine = cluster.machines.get(last?.node ?? "");
  // Within one Pod nothing is crossed.
  if (last === undefined || machine === undefined) {
    return [{ ...arrival, where: { kind: "arrived" } }];
  }
  const answer = answerPacket(replyTo(last.path), accepts);
  if (answer === undefined) return [{ ...arrival, where: { kind: "arrived" } }];
  const journeys = carry(networkFor(cluster, worlds, ask), machine, answer, arrival);
  return journeys.map(({ odds, hops, where }) => ({
    odds,
    hops,
    where: returned(ask, where, cluster, true),
  }));
}

/** Carries what a node itself says to a packet that it stopped: an ICMP error, a reset. */
export function complaintsOf(
  cluster: Cluster,
  worlds: Worlds,
  ask: Ask,
  stopped: Journey,
  where: Extract<Where, { kind: "stopped" }>,
): readonly Return[] {
  const { node, outcome, why } = where;
  const machine = cluster.machines.get(node);
  const world = worlds.of(node, outcome.path.first.family)?.world;
  // The program that sent it is told at once.
  if (outcome.path.error !== undefined) return [{ ...stopped, where: { kind: "arrived" } }];
  if (outcome.path.answer === undefined || machine === undefined || world === undefined) {
    return [{ ...stopped, where: { kind: "lost", why: `${why}, and nothing is said of it` } }];
  }
  const network = networkFor(cluster, worlds, ask);
  const journeys = onwards(network, machine, walkAnswer(world, outcome), stopped);
  return journeys.map((journey) => ({
    odds: journey.odds,
    hops: journey.hops,
    where: returned(ask, journey.where, cluster, false),
  }));
}

function networkFor(cluster: Cluster, worlds: Worlds, ask: Ask): Network {
  const outside = ask.source.kind === "outside" ? ask.from : undefined;
  return { cluster, worlds, outside, back: true };
}

function answerPacket(packet: Packet | undefined, accepts: boolean): Packet | undefined {
  if (packet?.tcpFlags === undefined || accepts) return packet;
  return { ...packet, tcpFlags: TCP_FLAG_BITS.RST | TCP_FLAG_BITS.ACK };
}

/** Whether what has come back is what the client waits for. */
function returned(ask: Ask, where: Where, cluster: Cluster, fromPeer: boolean): Return["where"] {
  const lost = (why: string): Return["where"] => ({ kind: "lost", why: `the answer: ${why}` });
  switch (where.kind) {
    case "lost":
    case "stopped":
      return lost(where.why);
    case "unknown":
      return { kind: "unknown", why: `the answer: ${where.why}` };
    case "at": {
      if (where.ip !== ask.from) return lost(`it went to ${where.ip}, who did not ask`);
      if (!fromPeer) return { kind: "arrived" };
      // The cloud turns a node's own address back into its outside one.
      const peer = insideAddress(cluster, ask.ip);
      const fits = where.from === peer && where.fromPort === ask.port && where.port === CLIENT_PORT;
      const seen = hostPort(where.from, where.fromPort ?? "?");
      return fits
        ? { kind: "arrived" }
        : lost(`it comes from ${seen}, whom the client did not ask`);
    }
  }
}
