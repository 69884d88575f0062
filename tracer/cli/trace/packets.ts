import { setImmediate as otherWork } from "node:timers/promises";
import type { Checked, Fault } from "../../../engine/errors.js";
import { readPacketLines, type PacketLine } from "../../packet/jsonl.js";
import { pathJson } from "../../report/json.js";
import { pathText } from "../../report/text.js";
import type { Context } from "../command.js";
import { readSource } from "../files.js";
import type { Io } from "../io.js";
import { shareText, startProgress } from "../progress.js";
import { styleFor } from "../style.js";
import { startConversation, walkLine } from "./conversation.js";
import type { TraceSetup } from "./load.js";
import type { TraceOptions } from "./options.js";

/** A file of packets, read. */
export interface PacketFile {
  readonly file: string;
  readonly lines: readonly PacketLine[];
}

/** Lines after which the surroundings are looked at: does anybody still read what is printed? */
const LINES_AT_A_TIME = 256;

export async function readPackets(path: string, io: Io): Promise<Checked<PacketFile | undefined>> {
  const { value: source, faults } = await readSource(path, io);
  if (source === undefined) return { value: undefined, faults };
  const { file, text } = source;
  const { value: lines, faults: found } = readPacketLines(text, file);
  return { value: { file, lines }, faults: [...faults, ...found] };
}

/**
 * Walks a packet a line, in order, and prints a line each. Lists, sets and counters go on from
 * packet to packet, as on a node; the connection table only within one named connection, since
 * every other line is a new connection.
 */
export async function tracePackets(
  { file, lines }: PacketFile,
  setup: TraceSetup,
  options: TraceOptions,
  { io }: Context,
): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  const run = startConversation(setup, { seed: options.seed, together: false });
  const text = { detail: options.detail, names: setup.names, style: styleFor(io) };
  const progress = startProgress(io);
  for (const [index, line] of lines.entries()) {
    if (index % LINES_AT_A_TIME === 0) {
      await otherWork();
      if (io.outIsClosed()) break;
      if (!io.outIsTerminal) progress.tell(shareText(index, lines.length, "packets"));
    }
    const walked = walkLine(line, run);
    if ("code" in walked) {
      faults.push({ ...walked, at: { file, line: line.line } });
      continue;
    }
    const printed =
      options.output === "json"
        ? `${JSON.stringify(pathJson(walked))}\n`
        : `${pathText(walked, text)}\n`;
    io.out(printed);
  }
  progress.end();
  return faults;
}
