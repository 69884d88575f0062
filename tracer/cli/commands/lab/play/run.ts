import { CommanderError, type Command } from "commander";
import { command } from "../../../command.js";
import type { Io } from "../../../io.js";
import type { Session } from "../../../../../engine/control-plane/session.js";
import type { LabContext } from "../context.js";
import { readAsk, readSource, type Ask } from "../network/ask.js";
import { memoryLab } from "../session.js";
import { judge } from "./assertion.js";
import { Observation } from "./observation.js";
import type { PlacedStep, Scenario, Step } from "./scenario.js";

/** Makes the lab's commands for a cluster that is not in a file. */
export type MakeLab = (context: LabContext) => Command;

export interface Played {
  readonly steps: number;
  readonly assertions: number;
  /** What did not come as it should, with the scenario's lines. */
  readonly failures: readonly string[];
}

/** Plays a scenario on a cluster. Every step is played, also after one has failed. */
export async function play(
  scenario: Scenario,
  session: Session,
  io: Io,
  makeLab: MakeLab,
  tell: (text: string) => void,
): Promise<Played> {
  const observations = new Map<string, Observation>();
  const failures: string[] = [];
  let assertions = 0;
  session.cluster.observe(() => {
    for (const observation of observations.values()) observation.look();
  });
  for (const placed of scenario.steps) {
    if (placed.says !== undefined) tell(`# ${placed.says.trim()}\n`);
    const played = await playStep(placed.step, session, io, makeLab, observations);
    assertions += played.assertions;
    tell(played.text);
    for (const failure of played.failures) {
      tell(`  NOT SO: ${failure}\n`);
      failures.push(`${placeOf(placed)}: ${failure}`);
    }
    // What was done from outside shows at once, before any component has looked.
    for (const observation of observations.values()) observation.look();
  }
  return { steps: scenario.steps.length, assertions, failures };
}

function placeOf({ line }: PlacedStep): string {
  return `line ${line}`;
}

interface PlayedStep {
  readonly text: string;
  readonly assertions: number;
  readonly failures: readonly string[];
}

async function playStep(
  step: Step,
  session: Session,
  io: Io,
  makeLab: MakeLab,
  observations: Map<string, Observation>,
): Promise<PlayedStep> {
  const { cluster } = session;
  switch (step.kind) {
    case "lab": {
      const { exitCode, output } = await runLab(step.words, session, io, makeLab);
      const failures = unmet(step.prints, output);
      if (step.fails !== exitCode > 0) {
        failures.push(step.fails ? "it was to fail, and did not" : `it failed (exit ${exitCode})`);
      }
      const assertions = step.prints.length + (step.fails ? 1 : 0);
      return { text: `$ lab ${step.words.join(" ")}\n${output}`, assertions, failures };
    }
    case "observe": {
      const ask = (): Ask | undefined => {
        const source = readSource(cluster, step.from, step.namespace).value;
        return source === undefined
          ? undefined
          : readAsk(cluster, source, step.to, step.namespace).value;
      };
      observations.set(step.name, new Observation(cluster, ask));
      const text = `observing ${step.name}: new connections from ${step.from} to ${step.to}\n`;
      return { text, assertions: 0, failures: [] };
    }
    case "no-failures":
    case "equal-shares":
    case "heals": {
      const segments = observations.get(step.of)?.segments();
      if (segments === undefined) {
        return {
          text: "",
          assertions: 1,
          failures: [`nothing is observed under the name ${step.of}`],
        };
      }
      const { holds, text } = judge(step, segments, cluster);
      const line = `${step.kind} of ${step.of}: ${text}`;
      return holds
        ? { text: `so it is: ${line}\n`, assertions: 1, failures: [] }
        : { text: "", assertions: 1, failures: [line] };
    }
  }
}

async function runLab(words: readonly string[], session: Session, io: Io, makeLab: MakeLab) {
  let output = "";
  let exitCode = 0;
  const write = (text: string): void => {
    output += text;
  };
  const context: LabContext = {
    io: { ...io, out: write, err: write },
    done: (code) => {
      exitCode = code;
    },
    lab: () => memoryLab(session, "the scenario's cluster"),
  };
  const lab = makeLab(context);
  quieten(lab, write);
  try {
    await lab.parseAsync([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) exitCode = 2;
  }
  return { output, exitCode };
}

function quieten(parent: Command, write: (text: string) => void): void {
  parent.exitOverride().configureOutput({ writeOut: write, writeErr: write });
  for (const child of parent.commands) quieten(child, write);
}

/** The expected lines that no line of the output is like. */
function unmet(prints: readonly string[], output: string): string[] {
  const lines = output.split("\n").map(squeezed);
  return prints
    .filter((expected) => !lines.some((line) => isLike(squeezed(expected), line)))
    .map((expected) => `it did not print: ${expected}`);
}

function squeezed(line: string): string {
  return line.trim().replaceAll(/\s+/g, " ");
}

function isLike(pattern: string, line: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[$()+.?[\\\]^{|}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(line);
}

export function emptyLab(): Command {
  return command("lab", "");
}
