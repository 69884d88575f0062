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
  return { ...question, cell, standing: standingOf(question, cell) };
}

function standingOf({ serving }: Question, cell: Cell): Standing {
  if (cell.every((outcome) => isServed(outcome, serving))) return "served";
  const hangs = cell.some(
    ({ verdict, conditions }) => verdict === "unknown" || conditions.length > 0,
  );
  return hangs ? "open" : "problem";
}

/** Reached an address that the objects list as the Service's and as fit to serve. */
function isServed(outcome: CellOutcome, serving: ReadonlySet<string>): boolean {
  return arrives(outcome) && outcome.redirected && serving.has(outcome.destination);
}

/** `ADDRESS:PORT` of all endpoints that are fit to serve, if only as the last resort. */
export function servingOf({ endpoints }: Belief): ReadonlySet<string> {
  return new Set(endpoints.flatMap(({ text, from }) => (from.ready || from.serving ? [text] : [])));
}
