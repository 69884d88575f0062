import type { Fault } from "../../../engine/errors.js";
import { readPacketLines } from "../../packet/jsonl.js";
import { pathJson } from "../../report/json.js";
import { pathText } from "../../report/text.js";
import type { Context } from "../command.js";
import { readSource } from "../files.js";
import { styleFor } from "../style.js";
import { startConversation, walkLine } from "./conversation.js";
import type { TraceSetup } from "./load.js";
import type { TraceOptions } from "./options.js";

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
  const run = startConversation(setup.world, { seed: options.seed, together: false });
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
