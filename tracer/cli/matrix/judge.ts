import { arrives, type Cell, type CellOutcome } from "../../matrix/cell.js";
import type { Belief } from "../../../engine/services/types.js";
import type { Question } from "./questions.js";

/** A question with its answer. */
export interface Answered extends Question {
  readonly cell: Cell;
  readonly standing: Standing;
}

/**
 * `served`: whatever the dice say, an endpoint of the Service gets the connection. `problem`: it may
 * end anywhere else. `open`: that hangs on what is not known.
 */
export type Standing = "served" | "problem" | "open";

export function judge(question: Question, cell: Cell): Answered {
  return { ...question, cell, standing: standingOf(question.belief, cell) };
}

function standingOf(belief: Belief, cell: Cell): Standing {
  if (cell.every((outcome) => isServed(belief, outcome))) return "served";
  const hangs = cell.some(
    ({ verdict, conditions }) => verdict === "unknown" || conditions.length > 0,
  );
  return hangs ? "open" : "problem";
}

/** Reached an address that the objects list as the Service's and as fit to serve. */
export function isServed(belief: Belief, outcome: CellOutcome): boolean {
  return arrives(outcome) && outcome.redirected && !isStale(belief, outcome);
}

/** Sent to somebody whom the objects do not list as fit to serve, as rules that are out of date do. */
export function isStale({ endpoints }: Belief, { destination, redirected }: CellOutcome): boolean {
  if (!redirected) return false;
  return !endpoints.some(({ text, from }) => text === destination && (from.ready || from.serving));
}
