import { isUnknown, type Unknown } from "../packet/field.js";

/** What a condition says of a packet; `Unknown` says why it cannot be told. */
export type Truth = "yes" | "no" | Unknown;

export function truth(holds: boolean): Truth {
  return holds ? "yes" : "no";
}

/** The other answer; what is not known stays so. */
export function not(answer: Truth): Truth {
  return isUnknown(answer) ? answer : answer === "yes" ? "no" : "yes";
}

/** `answer`, turned round when the rule has a `!`. */
export function negatedIf(negated: boolean, answer: Truth): Truth {
  return negated ? not(answer) : answer;
}

/** All of them: one "no" decides, whatever is unknown beside it. */
export function all(answers: readonly Truth[]): Truth {
  if (answers.includes("no")) return "no";
  return answers.find(isUnknown) ?? "yes";
}

/** One of them: one "yes" decides. */
export function any(answers: readonly Truth[]): Truth {
  if (answers.includes("yes")) return "yes";
  return answers.find(isUnknown) ?? "no";
}
