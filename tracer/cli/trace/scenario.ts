import { parseDocument } from "yaml";
import { fault, type Checked, type Fault } from "../../../engine/errors.js";
import { readPacketLines, type PacketLine } from "../../packet/jsonl.js";
import { pathJson } from "../../report/json.js";
import { pathText } from "../../report/text.js";
import { later } from "../../walk/memory.js";
import type { Context } from "../command.js";
import { readSource } from "../files.js";
import type { Io } from "../io.js";
import { styleFor } from "../style.js";
import { startConversation, walkLine, type Conversation } from "./conversation.js";
import type { TraceSetup } from "./load.js";
import type { TraceOptions } from "./options.js";
import { rulesOfDump } from "./rules.js";

/** One event of a scenario, `at` ms after its start: a packet, or rules that replace the others. */
interface ScenarioEvent {
  readonly at: number;
  readonly packet: unknown;
  readonly rules: string | undefined;
  readonly note: string | undefined;
}

/** A file of events, read. */
export interface Scenario {
  readonly file: string;
  readonly events: readonly ScenarioEvent[];
  /** The events' packets; `line` counts those events that have one. */
  readonly lines: readonly PacketLine[];
}

/**
 * Reads a YAML list of `{at: 30s, packet: {...}}`, the packet's fields as in `--packets`, and
 * `{at: 1m, rules: after.save}`, each with a `note` if one helps.
 */
export async function readScenario(path: string, io: Io): Promise<Checked<Scenario | undefined>> {
  const source = await readSource(path, io);
  if (source.value === undefined) return { value: undefined, faults: source.faults };
  const { file, text } = source.value;
  const events = readEvents(text, file);
  const packets = events.value.filter(({ packet }) => packet !== undefined);
  const jsonl = packets.map(({ packet }) => JSON.stringify(packet)).join("\n");
  const { value: lines, faults: bad } = readPacketLines(jsonl);
  const faults = [...source.faults, ...events.faults, ...bad.map((each) => inPacket(each, file))];
  return { value: { file, events: events.value, lines }, faults };
}

/**
 * Walks packets in time through one node that remembers: connections live and run out, lists age,
 * rules change under both.
 */
export async function traceScenario(
  { file, events, lines }: Scenario,
  setup: TraceSetup,
  options: TraceOptions,
  context: Context,
): Promise<readonly Fault[]> {
  const packets = events.filter(({ packet }) => packet !== undefined);
  const faults: Fault[] = [];
  const run = startConversation(setup, { seed: options.seed, together: true });
  const text = { detail: options.detail, names: setup.names, style: styleFor(context.io) };
  let now = 0;
  for (const event of events) {
    run.memory = later(run.memory, event.at - now);
    now = event.at;
    const heading = `at ${now / 1000}s${event.note === undefined ? "" : `: ${event.note}`}`;
    if (options.output === "text") context.io.out(`${text.style.cyan(heading)}\n`);
    if (event.rules !== undefined) faults.push(...(await changeRules(event.rules, run, context)));
    const line = lines.find((each) => each.line === packets.indexOf(event) + 1);
    const walked = line === undefined ? undefined : walkLine(line, run);
    if (walked === undefined) continue;
    if ("code" in walked) faults.push({ ...walked, at: { file, field: heading } });
    else if (options.output === "text") context.io.out(`${pathText(walked, text)}\n`);
    else context.io.out(`${JSON.stringify({ at: now / 1000, ...pathJson(walked) })}\n`);
  }
  return faults;
}

async function changeRules(
  path: string,
  run: Conversation,
  { io }: Context,
): Promise<readonly Fault[]> {
  const { value, faults } = await rulesOfDump(path, [], io);
  const worlds = new Map(run.worlds);
  for (const [family, { linked }] of value) {
    const world = worlds.get(family);
    if (world !== undefined) worlds.set(family, { ...world, rules: linked });
  }
  run.worlds = worlds;
  return faults;
}

function readEvents(text: string, file: string): Checked<readonly ScenarioEvent[]> {
  const document = parseDocument(text);
  const faults = document.errors.map(({ message, linePos }) =>
    fault("bad-yaml", message.split("\n")[0] ?? message, { file, line: linePos?.[0].line ?? 1 }),
  );
  const list: unknown = faults.length > 0 ? [] : document.toJS();
  if (!Array.isArray(list)) {
    return {
      value: [],
      faults: [fault("bad-scenario", "a scenario is a list of events", { file })],
    };
  }
  const value: ScenarioEvent[] = [];
  let latest = 0;
  for (const [index, item] of list.entries()) {
    const event = readEvent(item, latest);
    if (typeof event === "string") {
      faults.push(fault("bad-scenario", event, { file, field: `[${index}]` }));
      continue;
    }
    latest = event.at;
    value.push(event);
  }
  return { value, faults };
}

function readEvent(item: unknown, latest: number): ScenarioEvent | string {
  if (typeof item !== "object" || item === null) return "an event is a mapping";
  const { at, packet, rules, note, ...others }: Record<string, unknown> = { ...item };
  const stray = Object.keys(others)[0];
  if (stray !== undefined) return `there is no ${stray}; an event has at, packet, rules, note`;
  const when = at === undefined ? latest : milliseconds(at);
  if (when === undefined)
    return `at is a time as in 500ms, 30s, 2m or 3h, not ${JSON.stringify(at)}`;
  if (when < latest) return "this event is before the one above it";
  if (packet === undefined && rules === undefined) return "an event has a packet or rules";
  if (!isWord(rules)) return `rules is the name of a dump, not ${JSON.stringify(rules)}`;
  if (!isWord(note)) return `note is a text, not ${JSON.stringify(note)}`;
  return { at: when, packet, rules, note };
}

function isWord(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function milliseconds(text: unknown): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(String(text));
  const unit = UNITS[parts?.[2] ?? ""];
  return parts === null || unit === undefined ? undefined : Number(parts[1]) * unit;
}

function inPacket(found: Fault, file: string): Fault {
  return { ...found, at: { file, field: `packet ${found.at.line ?? "?"}` } };
}
