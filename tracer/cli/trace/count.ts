import type { Fault } from "../../../engine/errors.js";
import { countEnds } from "../../jobs/count-ends.js";
import { jobsThatPay } from "../../jobs/jobs-that-pay.js";
import { endsOf } from "../../odds/ends.js";
import { observation, type Observation } from "../../odds/observe.js";
import type { OutcomeGroup } from "../../odds/group.js";
import type { Packet } from "../../packet/types.js";
import { JSON_VERSION, outcomeJson } from "../../report/json.js";
import { percentText } from "../../report/odds.js";
import { entryLine } from "../../report/text.js";
import { verdictLine } from "../../report/verdict.js";
import { memoryOf } from "../../walk/memory.js";
import { enumerate } from "../../walk/walk.js";
import type { Context } from "../command.js";
import { withCrew } from "../crew.js";
import { shareText, startProgress } from "../progress.js";
import { styleFor } from "../style.js";
import type { TraceSetup } from "./load.js";
import type { TraceOptions } from "./options.js";

/** What a drawn connection costs where no rule needs the reference walk, and for each end more; ms. */
const DRAW_MS = 0.0002;
const DRAW_MS_AN_END = 0.000_004;

/** All ends of a packet, how often each was drawn, and the fit of the two. */
interface Count {
  readonly count: number;
  readonly seed: string;
  readonly groups: readonly OutcomeGroup[];
  readonly observed: Observation;
}

/** Draws connections and prints what came out beside the exact odds, with the fit of the two. */
export async function showCount(
  packet: Packet,
  setup: TraceSetup,
  options: TraceOptions,
  context: Context,
): Promise<readonly Fault[]> {
  const { world } = setup;
  const { io } = context;
  const { count = 0, seed = "chainwalk" } = options;
  const progress = startProgress(io);
  const ends = endsOf(enumerate(world, memoryOf(world.host), packet));
  const workMs = count * (DRAW_MS + ends.groups.length * DRAW_MS_AN_END);
  const jobs = options.jobs ?? jobsThatPay(workMs, world.rules, io.cores);
  const { value: counts, faults } = await withCrew(world, jobs, io, (crew) =>
    countEnds(crew, packet, { count, seed }, (done) => {
      progress.tell(shareText(done, count, "connections"));
    }),
  );
  progress.end();
  if (counts === undefined) return faults;
  const drawn = { count, seed, groups: ends.groups, observed: observation(ends, counts) };
  io.out(options.output === "json" ? countJson(drawn) : countText(drawn, setup, context));
  return faults;
}

function countJson({ count, seed, groups, observed: { ends, fit } }: Count): string {
  const outcomes = groups.map(({ odds, path }, index) => ({
    observed: ends[index]?.count ?? 0,
    ...outcomeJson(odds, path),
  }));
  return `${JSON.stringify({ version: JSON_VERSION, count, seed, outcomes, fit }, null, 2)}\n`;
}

function countText(
  { count, groups, observed: { ends, fit } }: Count,
  { names }: TraceSetup,
  { io }: Context,
): string {
  const style = styleFor(io);
  const [first] = groups;
  const rows = groups.map((group, index) => {
    const drawn = shareLine(ends[index]?.count ?? 0, count);
    return `${drawn}  expected ${percentText(group.odds).padStart(9)}  ${verdictLine(group.path, names, style)}`;
  });
  const rest = count - ends.reduce((sum, end) => sum + end.count, 0);
  const lines = [
    ...(first === undefined ? [] : [entryLine(first.path, { detail: "summary", names, style })]),
    `${count} new connections drawn`,
    "",
    ...rows,
    ...(rest === 0
      ? []
      : [`${shareLine(rest, count)}  ended in ways that the odds do not tell apart`]),
    "",
    `chi-square ${fit.chiSquare.toFixed(2)} with ${fit.degrees} degrees of freedom, p = ${fit.p.toFixed(3)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function shareLine(drawn: number, count: number): string {
  const percent = `${((100 * drawn) / count).toFixed(2)} %`;
  return `  ${String(drawn).padStart(String(count).length)} ${percent.padStart(8)}`;
}
