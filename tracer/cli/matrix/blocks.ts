import type { Belief } from "../../../engine/services/types.js";
import type { Style } from "../../report/style.js";
import type { World } from "../../walk/world.js";
import { wholeText } from "../progress.js";
import { FRONT_NAMES, type Front } from "./fronts.js";
import type { Answered, Standing } from "./judge.js";
import { phraseOf } from "./phrase.js";

/** What one Service port's table lines say. */
export interface Block {
  readonly belief: Belief;
  readonly fronts: readonly FrontLines[];
  /** The same for blocks that differ in nothing but names and numbers. */
  readonly likeness: string;
}

interface FrontLines {
  readonly front: Front;
  readonly lines: readonly Line[];
}

/** Sources that meet the same. */
interface Line {
  readonly sources: readonly string[];
  readonly concrete: string;
  readonly general: string;
  readonly standing: Standing;
}

/** Of all answers about one Service port. */
export function blockOf(belief: Belief, answers: readonly Answered[], world: World): Block {
  const byFront = new Map<Front, Answered[]>();
  for (const answer of answers) {
    const known = byFront.get(answer.front);
    if (known === undefined) byFront.set(answer.front, [answer]);
    else known.push(answer);
  }
  const fronts = [...byFront].map(([front, own]) => ({ front, lines: linesOf(own, world) }));
  const likeness = JSON.stringify(
    fronts.map(({ front, lines }) => [
      front.kind,
      lines.map(({ sources, general }) => [sources, general]),
    ]),
  );
  return { belief, fronts, likeness };
}

function linesOf(answers: readonly Answered[], world: World): readonly Line[] {
  const lines = new Map<string, Line>();
  for (const { belief, serving, source, cell, standing } of answers) {
    const { label } = belief.port;
    const concrete = phraseOf(cell, { label, serving, world, concrete: true });
    const known = lines.get(concrete);
    lines.set(concrete, {
      sources: [...(known?.sources ?? []), source.name],
      concrete,
      general: phraseOf(cell, { label, serving, world, concrete: false }),
      standing,
    });
  }
  return [...lines.values()];
}

/** As wide as the longest list of sources, but for very long ones. */
function widthOf({ fronts }: Block): number {
  const widths = fronts.flatMap(({ lines }) =>
    lines.map(({ sources }) => sources.join(", ").length),
  );
  return Math.min(MOST_WIDTH, Math.max(...widths));
}

const MOST_WIDTH = 48;

/** One Service port by itself, with its addresses. */
export function blockLines(block: Block, style: Style): readonly string[] {
  const { label, port, protocol } = block.belief.port;
  return [
    style.bold(`${label} (${port}/${protocol})`),
    ...frontLines(block, style, ({ kind, text }) => `${FRONT_NAMES[kind]} ${text}`, "concrete"),
  ];
}

const MOST_LABELS = 5;

/** Several that are alike, with what is common to them. */
export function foldedLines(blocks: readonly Block[], style: Style): readonly string[] {
  const [first] = blocks;
  const labels = blocks.slice(0, MOST_LABELS).map(({ belief }) => belief.port.label);
  const more = blocks.length > labels.length ? ", ..." : "";
  const heading = `${wholeText(blocks.length)} alike: ${labels.join(", ")}${more}`;
  const lines =
    first === undefined ? [] : frontLines(first, style, ({ kind }) => FRONT_NAMES[kind], "general");
  return [style.bold(heading), ...lines];
}

function frontLines(
  block: Block,
  style: Style,
  headingOf: (front: Front) => string,
  wording: "concrete" | "general",
): readonly string[] {
  const width = widthOf(block);
  const lines: string[] = [];
  for (const { front, lines: own } of block.fronts) {
    lines.push(`  ${headingOf(front)}`);
    for (const line of own) {
      const sources = line.sources.join(", ").padEnd(width);
      lines.push(`    ${sources}  ${painted(line.standing, line[wording], style)}`);
    }
  }
  return lines;
}

function painted(standing: Standing, text: string, style: Style): string {
  switch (standing) {
    case "served":
      return text;
    case "problem":
      return style.red(text);
    case "open":
      return style.yellow(text);
  }
}
