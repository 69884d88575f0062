import { fault, type Fault } from "../../../engine/errors.js";
import { familyOf, type Family } from "../../../engine/net/ip.js";
import { seeded } from "../../choose/seeded.js";
import type { Chooser } from "../../choose/types.js";
import { ofItsProtocol, packetOfParts, type PacketLine } from "../../packet/jsonl.js";
import { TCP_FLAG_BITS, type Packet } from "../../packet/types.js";
import { memoryOf, type Memory } from "../../walk/memory.js";
import { replyTo } from "../../walk/reply.js";
import type { Path } from "../../walk/result.js";
import { walk } from "../../walk/walk.js";
import type { World } from "../../walk/world.js";
import { mergeOutcomes } from "./merge.js";

/** What is kept of a connection that several lines belong to. */
interface Followed {
  /** As its first line gave it. */
  readonly opening: Packet;
  /** How the last packet in that direction went. */
  readonly path: Path;
  readonly connections: Connections;
}

/** The part of a node's memory that a connection of its own does not share. */
type Connections = Pick<Memory, "connections" | "byTuple" | "nextId">;

/** A node's world as packets of each family meet it: the same node, rules of its own. */
export type Worlds = ReadonlyMap<Family, World>;

/** Packets walked one after another through one node. */
export interface Conversation {
  /** Other worlds: the rules were changed meanwhile. */
  worlds: Worlds;
  /** Every packet meets the connections of all before it; otherwise only its own named one's. */
  readonly together: boolean;
  readonly chooser: Chooser;
  readonly fresh: Connections;
  readonly followed: Map<string, Followed>;
  memory: Memory;
}

export function startConversation(
  { world, worlds }: { readonly world: World; readonly worlds: Worlds },
  { seed, together }: { readonly seed: string | undefined; readonly together: boolean },
): Conversation {
  const memory = memoryOf(world.host);
  const chooser = seeded(seed ?? "chainwalk");
  return { worlds, together, chooser, fresh: memory, followed: new Map(), memory };
}

/** Walks the next packet; where it hangs on what is not known, the path says so. */
export function walkLine(line: PacketLine, run: Conversation): Path | Fault {
  const known = line.connection === undefined ? undefined : run.followed.get(line.connection);
  const packet = packetOfLine(line, known);
  if (packet === undefined) {
    const message = "nobody received the packet that this would reply to";
    return fault("nothing-to-reply-to", message, {});
  }
  const family = familyOf(packet.source);
  const world = run.worlds.get(family);
  if (world === undefined) {
    return fault("wrong-family", `there are no rules for IPv${family} packets`, {});
  }
  const { connections, byTuple, nextId } = run.together
    ? run.memory
    : (known?.connections ?? run.fresh);
  const memory = { ...run.memory, connections, byTuple, nextId };
  const outcomes = walk(world, memory, packet, { chooser: run.chooser });
  const [first] = outcomes;
  if (first === undefined) return fault("no-outcome", "the walk came to no end", {});
  run.memory = first.memory;
  const path = mergeOutcomes(outcomes.map((outcome) => outcome.path)) ?? first.path;
  if (line.connection !== undefined) {
    const opening = known?.opening ?? packet;
    const forward = line.reply && known !== undefined ? known.path : path;
    run.followed.set(line.connection, { opening, path: forward, connections: first.memory });
  }
  return path;
}

function packetOfLine(line: PacketLine, known: Followed | undefined): Packet | undefined {
  if (known === undefined) return packetOfParts(line.parts);
  const base = line.reply ? replyTo(known.path) : goingOn(known.opening);
  return base === undefined ? undefined : ofItsProtocol({ ...base, ...line.parts });
}

/** A later packet of the same direction: TCP has its handshake behind it. */
function goingOn(opening: Packet): Packet {
  return opening.tcpFlags === undefined ? opening : { ...opening, tcpFlags: TCP_FLAG_BITS.ACK };
}
