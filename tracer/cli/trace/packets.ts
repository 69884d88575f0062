import { fault, type Fault } from "../../../engine/errors.js";
import { seeded } from "../../choose/seeded.js";
import type { Chooser } from "../../choose/types.js";
import { packetOfParts, readPacketLines, type PacketLine } from "../../packet/jsonl.js";
import { TCP_FLAG_BITS, type Packet } from "../../packet/types.js";
import { pathJson } from "../../report/json.js";
import { pathText } from "../../report/text.js";
import { memoryOf, type Memory } from "../../walk/memory.js";
import { replyTo } from "../../walk/reply.js";
import type { Path } from "../../walk/result.js";
import { walk } from "../../walk/walk.js";
import type { Context } from "../command.js";
import { readSource } from "../files.js";
import { styleFor } from "../style.js";
import { mergeOutcomes } from "./merge.js";
import type { TraceSetup } from "./load.js";
import type { TraceOptions } from "./options.js";

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

/**
 * Walks a packet a line, in order, and prints a line each. Lists, sets and counters go on from
 * packet to packet, as on a node; the connection table only within one named connection, since
 * every other line is a new connection.
 */
export async function tracePackets(
  path: string,
  setup: TraceSetup,
  options: TraceOptions,
  context: Context,
): Promise<readonly Fault[]> {
  const source = await readSource(path, context.io);
  if (source.value === undefined) return source.faults;
  const { value: lines, faults: found } = readPacketLines(source.value.text, source.value.file);
  const faults = [...source.faults, ...found];
  const run = startRun(setup, options);
  const text = { detail: options.detail, names: setup.names, style: styleFor(context.io) };
  for (const line of lines) {
    const walked = walkLine(line, run);
    if ("code" in walked) {
      faults.push({ ...walked, at: { file: source.value.file, line: line.line } });
      continue;
    }
    const printed =
      options.output === "json"
        ? `${JSON.stringify(pathJson(walked))}\n`
        : `${pathText(walked, text)}\n`;
    context.io.out(printed);
  }
  return faults;
}

interface Run {
  readonly setup: TraceSetup;
  readonly chooser: Chooser;
  readonly fresh: Connections;
  readonly followed: Map<string, Followed>;
  memory: Memory;
}

function startRun(setup: TraceSetup, { seed }: TraceOptions): Run {
  const memory = memoryOf(setup.world.host);
  return {
    setup,
    chooser: seeded(seed ?? "chainwalk"),
    fresh: memory,
    followed: new Map(),
    memory,
  };
}

function walkLine(line: PacketLine, run: Run): Path | Fault {
  const known = line.connection === undefined ? undefined : run.followed.get(line.connection);
  const packet = packetOfLine(line, known);
  if (packet === undefined) {
    const message = "nobody received the packet that this would reply to";
    return fault("nothing-to-reply-to", message, {});
  }
  const { connections, byTuple, nextId } = known?.connections ?? run.fresh;
  const memory = { ...run.memory, connections, byTuple, nextId };
  const outcomes = walk(run.setup.world, memory, packet, { chooser: run.chooser });
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
  return base === undefined ? undefined : { ...base, ...line.parts };
}

/** A later packet of the same direction: TCP has its handshake behind it. */
function goingOn(opening: Packet): Packet {
  return opening.tcpFlags === undefined ? opening : { ...opening, tcpFlags: TCP_FLAG_BITS.ACK };
}
