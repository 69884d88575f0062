import type { Fault } from "../../../engine/errors.js";
import { groupOutcomes } from "../../odds/group.js";
import { fractionToNumber, formatFraction } from "../../odds/fraction.js";
import { observe } from "../../odds/observe.js";
import type { Packet } from "../../packet/types.js";
import { JSON_VERSION } from "../../report/json.js";
import { percentText } from "../../report/odds.js";
import { entryLine } from "../../report/text.js";
import { verdictLine } from "../../report/verdict.js";
import { memoryOf } from "../../walk/memory.js";
import { enumerate } from "../../walk/walk.js";
import type { Context } from "../command.js";
import { styleFor } from "../style.js";
import type { TraceSetup } from "./load.js";
import type { TraceOptions } from "./options.js";

/** Draws connections and prints what came out beside the exact odds, with the fit of the two. */
export function showCount(
  packet: Packet,
  { world, names }: TraceSetup,
  options: TraceOptions,
  { io }: Context,
): readonly Fault[] {
  const count = options.count ?? 0;
  const memory = memoryOf(world.host);
  const { ends, fit } = observe(world, memory, packet, {
    count,
    seed: options.seed ?? "chainwalk",
  });
  const groups = groupOutcomes(enumerate(world, memory, packet));
  const counts = new Map(ends.map((end) => [end.end, end.count]));
  const rows = groups.map((group) => ({ group, drawn: counts.get(group.end) ?? 0 }));
  if (options.output === "json") {
    const outcomes = rows.map(({ group: { odds, path }, drawn }) => ({
      probability: fractionToNumber(odds),
      odds: formatFraction(odds),
      observed: drawn,
      verdict: path.verdict,
      destination: verdictLine(path, () => undefined, styleFor({ env: {}, outIsTerminal: false })),
    }));
    io.out(`${JSON.stringify({ version: JSON_VERSION, count, outcomes, fit }, null, 2)}\n`);
    return [];
  }
  const style = styleFor(io);
  const [first] = rows;
  const lines = [
    ...(first === undefined
      ? []
      : [entryLine(first.group.path, { detail: "summary", names, style })]),
    `${count} new connections drawn`,
    "",
    ...rows.map(({ group, drawn }) => {
      const observed = `${String(drawn).padStart(String(count).length)} ${`${((100 * drawn) / count).toFixed(2)} %`.padStart(8)}`;
      return `  ${observed}  expected ${percentText(group.odds).padStart(9)}  ${verdictLine(group.path, names, style)}`;
    }),
    "",
    `chi-square ${fit.chiSquare.toFixed(2)} with ${fit.degrees} degrees of freedom, p = ${fit.p.toFixed(3)}`,
  ];
  io.out(`${lines.join("\n")}\n`);
  return [];
}
