import type { Style } from "../../report/style.js";
import type { Assumption } from "../../walk/result.js";
import { wholeText } from "../progress.js";
import { blockLines, blockOf, foldedLines, type Block } from "./blocks.js";
import type { Answered, Standing } from "./judge.js";
import type { MatrixSetup } from "./load.js";
import type { MatrixOptions } from "./options.js";
import type { Printed } from "./print.js";
import type { Source } from "./sources.js";

/** More Service ports than this that are alike are one block. */
const MOST_ALIKE = 3;

/** Takes one Service port's answers after the other, and prints them when all are there. */
export class Table {
  readonly #setup: MatrixSetup;
  readonly #options: MatrixOptions;
  readonly #alike = new Map<string, Block[]>();
  /** Service ports stay in their order. */
  readonly #places = new Map<Block | undefined, number>();
  /** Sources that asked something. */
  readonly #asking = new Set<Source>();
  readonly #counts: Record<Standing, number> = { served: 0, problem: 0, open: 0 };

  constructor(setup: MatrixSetup, options: MatrixOptions) {
    this.#setup = setup;
    this.#options = options;
  }

  add(answers: readonly Answered[]): void {
    for (const { standing, source } of answers) {
      this.#counts[standing]++;
      this.#asking.add(source);
    }
    const shown =
      this.#options.problems === true
        ? answers.filter(({ standing }) => standing !== "served")
        : answers;
    const belief = shown[0]?.belief;
    if (belief === undefined) return;
    const block = blockOf(belief, shown, this.#setup.world);
    const key =
      this.#options.each === true ? belief.port.label + belief.port.protocol : block.likeness;
    const known = this.#alike.get(key);
    this.#places.set(block, this.#places.size);
    if (known === undefined) this.#alike.set(key, [block]);
    else known.push(block);
  }

  text({ sources, notes, assumptions }: Printed, style: Style): string {
    const blocks = [...this.#alike.values()]
      .flatMap((alike) => (alike.length > MOST_ALIKE ? [alike] : alike.map((block) => [block])))
      .map((alike) => ({ place: this.#places.get(alike[0]) ?? 0, alike }))
      .sort((left, right) => left.place - right.place)
      .map(({ alike }) => linesOf(alike, style));
    const asking = sources.filter((source) => this.#asking.has(source));
    const head = [
      ...notes.map((note) => `note: ${note}`),
      ...legend(asking),
      ...assumedLines(assumptions).map(style.dim),
    ];
    const parts = [head, ...blocks, [this.#summary()]];
    return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
  }

  #summary(): string {
    const { served, problem, open } = this.#counts;
    const all = served + problem + open;
    const parts = [
      `${wholeText(served)} ${served === 1 ? "is" : "are"} served by endpoints`,
      ...(problem === 0
        ? []
        : [`${wholeText(problem)} ${problem === 1 ? "is" : "are"} not, or not always`]),
      ...(open === 0 ? [] : [`${wholeText(open)} cannot be told`]),
    ];
    const ports = this.#setup.beliefs.length;
    return `${wholeText(ports)} Service port${ports === 1 ? "" : "s"}, ${wholeText(all)} kind${all === 1 ? "" : "s"} of connections: ${parts.join(", ")}`;
  }
}

function linesOf(alike: readonly Block[], style: Style): readonly string[] {
  const [first, ...others] = alike;
  if (first === undefined) return [];
  return others.length === 0 ? blockLines(first, style) : foldedLines(alike, style);
}

function legend(sources: readonly Source[]): readonly string[] {
  const width = Math.max(...sources.map(({ name }) => name.length));
  return ["sources:", ...sources.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`)];
}

function assumedLines(assumptions: readonly Assumption[]): readonly string[] {
  if (assumptions.length === 0) return [];
  const list = assumptions.map(({ what }) => what).join("; ");
  return [`assumed: ${list} (trace --detail full says why)`];
}
