import { fault, type Fault } from "../../../engine/errors.js";
import { everyWay } from "../../choose/fork.js";
import { seeded } from "../../choose/seeded.js";
import { endKey, groupOutcomes, type OutcomeGroup } from "../../odds/group.js";
import { dropIndifferent } from "../../odds/indifferent.js";
import type { Packet } from "../../packet/types.js";
import { pathJson, type OutcomeJson } from "../../report/json.js";
import { oddsJson, oddsText } from "../../report/odds.js";
import { pathText, type TextOptions } from "../../report/text.js";
import { destinationText, type Names } from "../../report/words.js";
import { memoryOf } from "../../walk/memory.js";
import type { Condition, Path } from "../../walk/result.js";
import { walk } from "../../walk/walk.js";
import type { Context } from "../command.js";
import { styleFor } from "../style.js";
import { showCount } from "./count.js";
import type { TraceSetup } from "./load.js";
import type { TraceOptions } from "./options.js";
import { endpointRemarks } from "./endpoint-remarks.js";
import { memoryRemarks } from "./memory-remarks.js";
import { hiddenRemarks, obstacleRemarks } from "./obstacle-remarks.js";
import { packetOf } from "./packet.js";
import { tracePackets } from "./packets.js";
import { explainOutcomes, indifferenceRemarks, nearMissRemarks, statedRemarks } from "./remarks.js";
import { traceScenario } from "./scenario.js";
import { sourceRemarks } from "./source-remarks.js";
import { replyJson, replyText } from "./reply.js";

/** Walks what was asked and prints it; returns what went wrong on the way. */
export async function answer(
  setup: TraceSetup,
  options: TraceOptions,
  context: Context,
): Promise<readonly Fault[]> {
  const { ends, packets, scenario } = setup;
  if (packets !== undefined) return tracePackets(packets, setup, options, context);
  if (scenario !== undefined) return traceScenario(scenario, setup, options, context);
  if (ends === undefined) return [];
  const { value: packet, faults } = packetOf(options, ends, setup.world.host);
  if (packet === undefined) return faults;
  return [...faults, ...(await answerOne(packet, setup, options, context))];
}

async function answerOne(
  packet: Packet,
  setup: TraceSetup,
  options: TraceOptions,
  context: Context,
): Promise<readonly Fault[]> {
  const text = textOptions(options, setup.names, context);
  printNotes(setup, options, context);
  if (options.count !== undefined) return showCount(packet, setup, options, context);
  const memory = memoryOf(setup.world.host);
  const chooser = options.seed === undefined ? everyWay : seeded(options.seed);
  const outcomes = walk(setup.world, memory, packet, { chooser, recordFailures: true });
  const { groups, indifferent } = dropIndifferent(groupOutcomes(outcomes), {
    exactMarks: options.output === "json",
  });
  const wanted = chosenGroups(groups, options);
  const [only] = wanted;
  if (only === undefined) return [notReached(options.endpoint ?? "", groups)];
  const shown = {
    groups: wanted,
    remarks: remarksOn(wanted, indifferent, setup, options),
    replies: options.reply === true ? wanted.map((group) => replyJson(group, setup.world)) : [],
  };
  const one = isOneWalk(wanted, options);
  if (options.output === "json") {
    context.io.out(one ? pathAnswer(only.path, shown) : oddsAnswer(shown));
    return [];
  }
  context.io.out(
    one
      ? pathText(only.path, text, [...likeRemarks(wanted), ...shown.remarks])
      : oddsAnswerText(shown, text),
  );
  if (options.reply === true) {
    const ends = one ? wanted.slice(0, 1) : wanted;
    context.io.out(replyText(ends, setup.world, text));
  }
  return [];
}

/** Asked for one walk, or a person asked and there is but one way. */
function isOneWalk(groups: readonly OutcomeGroup[], options: TraceOptions): boolean {
  const { seed, endpoint, output, odds } = options;
  const single = groups.length === 1 || (output === "text" && stopAlike(groups));
  if (odds === true || !single) return false;
  return seed !== undefined || endpoint !== undefined || output === "text";
}

/** One rule or policy stops the packet, whatever the dice made of it before. */
function stopAlike(groups: readonly OutcomeGroup[]): boolean {
  const [first, ...others] = groups.map(({ path }) => path);
  if (first === undefined || first.conditions.length > 0) return false;
  if (first.verdict !== "dropped" && first.verdict !== "rejected") return false;
  const end = ({ verdict, because, with: answered, conditions }: Path): string =>
    JSON.stringify([verdict, because, answered, conditions]);
  return others.every((other) => end(other) === end(first));
}

function likeRemarks(groups: readonly OutcomeGroup[]): readonly string[] {
  return groups.length === 1
    ? []
    : [`this is one of ${groups.length} ways that the dice leave open; all end alike`];
}

function remarksOn(
  groups: readonly OutcomeGroup[],
  indifferent: readonly Condition[],
  setup: TraceSetup,
  { detail }: TraceOptions,
): readonly string[] {
  const { world, names } = setup;
  const ends = eachEnd(groups);
  return [
    ...statedRemarks(groups),
    ...indifferenceRemarks(indifferent),
    ...explainOutcomes(ends),
    ...memoryRemarks(ends, world),
    ...sourceRemarks(ends, world),
    ...nearMissRemarks(ends, world, detail === "full"),
    ...hiddenRemarks(ends, setup),
    ...obstacleRemarks(ends, setup, names),
    ...endpointRemarks(ends, setup),
  ];
}

/** One group for each end, whatever it supposes: the remarks on the others are the same. */
function eachEnd(groups: readonly OutcomeGroup[]): readonly OutcomeGroup[] {
  const found = new Map<string, OutcomeGroup>();
  for (const group of groups) {
    const key = endKey({ ...group.path, conditions: [] });
    if (!found.has(key)) found.set(key, group);
  }
  return [...found.values()];
}

function chosenGroups(
  groups: readonly OutcomeGroup[],
  { endpoint }: TraceOptions,
): readonly OutcomeGroup[] {
  if (endpoint === undefined) return groups;
  return groups.filter(({ path }) => destinationText(path.last) === endpoint).slice(0, 1);
}

function notReached(endpoint: string, groups: readonly OutcomeGroup[]): Fault {
  const ends = [
    ...new Set(groups.map(({ path }) => `${path.verdict} ${destinationText(path.last)}`)),
  ];
  const message = `no walk ends at ${endpoint}; this packet may be: ${ends.slice(0, 8).join(", ")}`;
  return fault("endpoint-not-reached", message, { field: "--endpoint" });
}

export function textOptions(options: TraceOptions, names: Names, { io }: Context): TextOptions {
  return { detail: options.detail, names, style: styleFor(io) };
}

function printNotes(setup: TraceSetup, options: TraceOptions, { io }: Context): void {
  if (options.output === "json" || options.detail === "minimal") return;
  for (const note of setup.notes) io.out(`note: ${note}\n`);
}

/** What is answered, and what is said of it. */
interface Shown {
  readonly groups: readonly OutcomeGroup[];
  readonly remarks: readonly string[];
  /** Of each group, where they were asked for. */
  readonly replies: readonly unknown[];
}

function pathAnswer(path: Path, { remarks, replies: [reply] }: Shown): string {
  const replied = reply === undefined ? {} : { reply };
  return `${JSON.stringify({ ...pathJson(path), remarks, ...replied })}\n`;
}

function oddsAnswer({ groups, remarks, replies }: Shown): string {
  const { outcomes, ...others } = oddsJson(groups);
  const replied = outcomes.map((outcome, index) => withReply(outcome, replies[index]));
  return `${JSON.stringify({ ...others, outcomes: replied, remarks }, null, 2)}\n`;
}

function withReply(outcome: OutcomeJson, reply: unknown): OutcomeJson {
  return reply === undefined ? outcome : { ...outcome, reply };
}

function oddsAnswerText({ groups, remarks }: Shown, text: TextOptions): string {
  const said = remarks.length > 0 && text.detail !== "minimal" ? `\n${remarks.join("\n")}\n` : "";
  return oddsText(groups, text) + said;
}
