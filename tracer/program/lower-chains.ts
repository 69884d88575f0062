import type { JumpTarget } from "../../engine/iptables/extensions/verdicts.js";
import type { Target } from "../../engine/iptables/types.js";
import type { LinkedChain, LinkedRule } from "../walk/link.js";
import type { Condition } from "./condition.js";
import type { IndexedRun, RuleIndex } from "./index-rules.js";
import { lowerHeader } from "./lower-header.js";
import { lowerMatch } from "./lower-match.js";
import { lowerTarget } from "./lower-target.js";
import type { Lowering, Tracked } from "./lowering.js";
import {
  ASK,
  CALL,
  DISPATCH,
  END,
  FAIL,
  FLOW,
  GOTO,
  LEAVE,
  MASKED,
  RANDOM,
  RANGE,
} from "./operations.js";
import { DESTINATION, DESTINATION_PORT, PROTOCOL } from "./fields.js";
import type { RuleNumbers } from "./rule-numbers.js";

const NOT_PLACED = -1;

/** Turns chains into operations, each once and only if something comes to it. */
export class ChainLowering {
  readonly #lowering: Lowering;
  readonly #numbers: RuleNumbers;
  readonly #index: RuleIndex;
  readonly #lists: Int32Array;
  readonly #places = new Map<LinkedChain, number>();
  /** Places of operands that wait for a chain's place. */
  readonly #waiting: { readonly at: number; readonly chain: LinkedChain }[] = [];
  /** Chains that were named and are not lowered yet, the next one last. */
  readonly #open: { readonly chain: LinkedChain; readonly tracked: Tracked }[] = [];

  constructor(lowering: Lowering, numbers: RuleNumbers, index: RuleIndex) {
    this.#lowering = lowering;
    this.#numbers = numbers;
    this.#index = index;
    this.#lists = index.dispatch.lists.slice();
  }

  /** Pushes the place of a chain, now or as soon as it is known. */
  pushPlaceOf(chain: LinkedChain, tracked: Tracked): void {
    const { code } = this.#lowering;
    const place = this.#places.get(chain);
    if (place === undefined || place === NOT_PLACED) {
      this.#waiting.push({ at: code.length, chain });
    }
    code.push(place ?? NOT_PLACED);
    if (place !== undefined) return;
    this.#places.set(chain, NOT_PLACED);
    this.#open.push({ chain, tracked });
  }

  /** Lowers all chains that were named; the lists of the index then hold places in the code. */
  finish(): Int32Array {
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      const before = this.#open.length;
      this.#lowerChain(next.chain, next.tracked);
      // What a chain calls stands right behind it, in the order of its calls.
      this.#open.push(...this.#open.splice(before).reverse());
    }
    for (const { at, chain } of this.#waiting) {
      this.#lowering.code.set(at, this.#places.get(chain) ?? NOT_PLACED);
    }
    return this.#lists;
  }

  #lowerChain(chain: LinkedChain, tracked: Tracked): void {
    const { code } = this.#lowering;
    this.#places.set(chain, code.length);
    const whole = { start: 0, end: chain.rules.length, indexed: false };
    for (const run of this.#index.runs.get(chain) ?? [whole]) {
      if ("reference" in run) this.#lowerRun(chain, run, tracked);
      else this.#lowerRules(chain, run.start, run.end, tracked);
    }
    code.push(END);
    code.push(this.#numbers.firstOf(chain) + chain.rules.length);
  }

  #lowerRules(chain: LinkedChain, start: number, end: number, tracked: Tracked): void {
    for (let at = start; at < end; at++) this.#lowerRule(chain, at, tracked);
  }

  #lowerRun(chain: LinkedChain, run: IndexedRun, tracked: Tracked): void {
    if (!run.indexed) return this.#lowerRules(chain, run.start, run.end, tracked);
    const { code } = this.#lowering;
    const ends: number[] = [];
    const places: number[] = [];
    const dispatch = (): void => {
      code.pushAll([DISPATCH, run.reference]);
      ends.push(code.length);
      code.push(NOT_PLACED);
    };
    dispatch();
    for (let at = run.start; at < run.end; at++) {
      const place = code.length;
      places.push(place);
      this.#lowerRule(chain, at, tracked);
      if (code.length > place) dispatch();
    }
    for (const at of ends) code.set(at, code.length);
    for (let at = run.firstList; at < run.endOfLists;) {
      const count = this.#lists[at] ?? 0;
      for (let entry = at + 1; entry <= at + count; entry++) {
        this.#lists[entry] = places[(this.#lists[entry] ?? 0) - run.start] ?? 0;
      }
      at += count + 1;
    }
    return undefined;
  }

  /** Nothing at all for a rule that never matches. */
  #lowerRule(chain: LinkedChain, at: number, tracked: Tracked): void {
    const linked = chain.rules[at];
    if (linked === undefined) return;
    const number = this.#numbers.firstOf(chain) + at;
    const conditions = this.#conditionsOf(linked, number, tracked);
    if (conditions === "never") return;
    const { code } = this.#lowering;
    const failures: number[] = [];
    for (const operation of fused(conditions.operations)) {
      code.pushAll(operation);
      failures.push(code.length);
      code.push(NOT_PLACED);
    }
    if (conditions.leaves) code.push(LEAVE);
    else this.#pushTarget(chain, linked, number, tracked);
    for (const failure of failures) code.set(failure, code.length);
  }

  /** In order; `leaves`: past these conditions only the reference knows. */
  #conditionsOf(
    { rule }: LinkedRule,
    number: number,
    tracked: Tracked,
  ): "never" | { readonly operations: readonly (readonly number[])[]; readonly leaves: boolean } {
    const operations: (readonly number[])[] = [];
    let plain = true;
    const add = (condition: Condition, match: number): "go on" | "never" | "stop" | "leave" => {
      switch (condition.kind) {
        case "always":
          return "go on";
        case "never":
          if (plain) return "never";
          operations.push([FAIL]);
          return "stop";
        case "operations":
          for (const operation of condition.operations) {
            if (!operations.some((known) => isSame(known, operation))) operations.push(operation);
          }
          if (condition.operations.some(([kind]) => kind === RANDOM)) plain = false;
          return "go on";
        case "ask":
          operations.push([ASK, number, match]);
          plain = false;
          return "go on";
        case "leave":
          return "leave";
      }
    };
    const conditions = [lowerHeader(rule, this.#lowering)];
    for (const match of rule.matches) conditions.push(lowerMatch(match, tracked, this.#lowering));
    for (const [at, condition] of conditions.entries()) {
      const next = add(condition, at - 1);
      if (next === "never") return "never";
      if (next === "stop") break;
      if (next === "leave") return { operations, leaves: true };
    }
    return { operations, leaves: false };
  }

  #pushTarget(chain: LinkedChain, linked: LinkedRule, number: number, tracked: Tracked): void {
    const { code } = this.#lowering;
    const { rule, to } = linked;
    if (rule.target === undefined || !isJump(rule.target)) {
      return code.pushAll(lowerTarget(rule.target, number, this.#lowering));
    }
    // A chain that is missing, or goes round in a loop, is for the reference to report.
    if (to === undefined || chain.loop !== undefined || to.loop !== undefined) {
      return code.push(LEAVE);
    }
    code.push(rule.target.name === "jump" ? CALL : GOTO);
    code.push(number);
    this.pushPlaceOf(to, tracked);
    return code.push(this.#numbers.firstOf(to));
  }
}

function isJump(target: Target): target is JumpTarget {
  return target.name === "jump" || target.name === "goto";
}

/** An IPv4 host, a protocol and a port together, as most rules for a Service have them, are one. */
function fused(operations: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const [host, protocol, ...others] = operations;
  if (host?.[0] !== MASKED || host[1] !== DESTINATION || host[2] !== -1) return operations;
  if (!isSingle(protocol, PROTOCOL)) return operations;
  const port = others.findIndex((operation) => isSingle(operation, DESTINATION_PORT));
  if (port < 0) return operations;
  // Only what cannot draw or ask may stand between them.
  const between = others.slice(0, port);
  if (between.some(([kind]) => kind === RANDOM || kind === ASK || kind === FAIL)) return operations;
  const flow = [FLOW, protocol?.[2] ?? 0, host[3] ?? 0, others[port]?.[2] ?? 0];
  return [flow, ...others.filter((_, at) => at !== port)];
}

/** To ask the same twice is of no use, other than to draw twice. */
function isSame(left: readonly number[], right: readonly number[]): boolean {
  return (
    left[0] !== RANDOM &&
    left.length === right.length &&
    left.every((value, at) => value === right[at])
  );
}

function isSingle(operation: readonly number[] | undefined, field: number): boolean {
  return operation?.[0] === RANGE && operation[1] === field && operation[2] === operation[3];
}
