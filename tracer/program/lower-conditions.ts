import type { Rule } from "../../engine/iptables/types.js";
import type { Condition } from "./condition.js";
import { lowerHeader } from "./lower-header.js";
import { lowerMatch } from "./lower-match.js";
import type { Lowering, Tracked } from "./lowering.js";
import { ASK, FAIL, RANDOM } from "./operations.js";

type Operation = readonly number[];

/** What a rule asks, in order; `leaves`: past these conditions only the reference knows. */
export interface Conditions {
  readonly operations: readonly Operation[];
  readonly leaves: boolean;
}

/** A rule's conditions, its header first; `never` when it cannot match whatever the packet. */
export function lowerConditions(
  rule: Rule,
  number: number,
  tracked: Tracked,
  lowering: Lowering,
): Conditions | "never" {
  const list = new ConditionList(number);
  let next = list.add(lowerHeader(rule, lowering), -1);
  for (const [at, match] of rule.matches.entries()) {
    if (next !== "go on") break;
    next = list.add(lowerMatch(match, tracked, lowering), at);
  }
  if (next === "never") return "never";
  return { operations: list.operations, leaves: next === "leave" };
}

class ConditionList {
  readonly operations: Operation[] = [];
  readonly #rule: number;
  /** Nothing so far draws or is asked, so that a rule which fails later may be left out. */
  #plain = true;

  constructor(rule: number) {
    this.#rule = rule;
  }

  add(condition: Condition, match: number): "go on" | "never" | "stop" | "leave" {
    switch (condition.kind) {
      case "always":
        return "go on";
      case "never":
        if (this.#plain) return "never";
        this.operations.push([FAIL]);
        return "stop";
      case "operations":
        for (const operation of condition.operations) this.#push(operation);
        return "go on";
      case "ask":
        this.operations.push([ASK, this.#rule, match]);
        this.#plain = false;
        return "go on";
      case "leave":
        return "leave";
    }
  }

  #push(operation: Operation): void {
    if (operation[0] === RANDOM) this.#plain = false;
    else if (this.operations.some((known) => isSame(known, operation))) return;
    this.operations.push(operation);
  }
}

function isSame(left: Operation, right: Operation): boolean {
  return left.length === right.length && left.every((value, at) => value === right[at]);
}
