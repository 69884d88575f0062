import type { JumpTarget } from "../../engine/iptables/extensions/verdicts.js";
import type { Target } from "../../engine/iptables/types.js";
import type { LinkedChain, LinkedRule } from "../walk/link.js";
import { DispatchBuilder } from "./build-dispatch.js";
import type { Dispatch } from "./dispatch.js";
import type { IndexedRun, RuleIndex } from "./index-rules.js";
import { lowerConditions, type Conditions } from "./lower-conditions.js";
import { lowerTarget } from "./lower-target.js";
import type { Lowering, Tracked } from "./lowering.js";
import { Growable } from "./growable.js";
import { CALL, DISPATCH, DRAWS, END, GOTO, LEAVE, PASS, PLACE, RANDOM } from "./operations.js";
import type { RuleNumbers } from "./rule-numbers.js";
import type { Run } from "./runs.js";

const NOT_PLACED = -1;

/** A rule that may match, and what it comes to. */
interface LoweredRule {
  readonly linked: LinkedRule;
  readonly number: number;
  readonly conditions: Conditions;
}

const STATES: readonly Tracked[] = ["before", "new", "never"];
const STUB_LENGTH = 2;

/**
 * Turns chains into operations, each once and no sooner than a packet comes to it: until then those
 * that call it point to a stub, which has it placed. Of the chains of a large cluster most packets
 * need few.
 */
export class ChainLowering {
  readonly #lowering: Lowering;
  readonly #numbers: RuleNumbers;
  readonly #index: RuleIndex;
  readonly #dispatch: DispatchBuilder;
  /** Of the stub of chain 0; the others follow in the order of their numbers. */
  readonly #stubs: number;
  /** Chains that were named, by their numbers, and their places. */
  readonly #chains: LinkedChain[] = [];
  readonly #places: Int32Array;
  /** By chain: 1 where no rule ever matches, -1 where one may, 0 where nobody has looked. */
  readonly #idle: Int8Array;
  /** Operands that wait for a chain's place, the last one of each chain, and the one before each. */
  readonly #waiting: Int32Array;
  readonly #before = new Growable();

  constructor(lowering: Lowering, numbers: RuleNumbers, index: RuleIndex) {
    const { family, interfaces, code } = lowering;
    this.#lowering = lowering;
    this.#numbers = numbers;
    this.#index = index;
    this.#dispatch = new DispatchBuilder(family, interfaces);
    this.#stubs = code.reserve(numbers.chainCount * STUB_LENGTH, PLACE);
    this.#places = new Int32Array(numbers.chainCount).fill(NOT_PLACED);
    this.#idle = new Int8Array(numbers.chainCount);
    this.#waiting = new Int32Array(numbers.chainCount).fill(-1);
  }

  get dispatch(): Dispatch {
    return this.#dispatch.dispatch;
  }

  /** Pushes the place of a chain, or of its stub as long as it has none. */
  pushPlaceOf(chain: LinkedChain, tracked: Tracked): void {
    const { code } = this.#lowering;
    const { id } = chain;
    const place = this.#places[id] ?? NOT_PLACED;
    if (place !== NOT_PLACED) return code.push(place);
    const stub = this.#stubs + id * STUB_LENGTH;
    code.set(stub + 1, STATES.indexOf(tracked));
    this.#chains[id] = chain;
    this.#before.pushAll([code.length, this.#waiting[id] ?? -1]);
    this.#waiting[id] = this.#before.length - 2;
    return code.push(stub);
  }

  /** Lowers the chain of a stub; its place. */
  place(stub: number): number {
    const { code } = this.#lowering;
    const id = (stub - this.#stubs) / STUB_LENGTH;
    const chain = this.#chains[id];
    const tracked = STATES[code.get(stub + 1)] ?? "never";
    if (chain === undefined) throw new Error(`no chain has the stub at ${stub}`);
    const known = this.#places[id] ?? NOT_PLACED;
    if (known === NOT_PLACED) this.#lowerChain(chain, tracked);
    return this.#places[id] ?? NOT_PLACED;
  }

  /** From here on the chain stands at the end of the code; all that waited for it learn so. */
  #settle({ id }: LinkedChain): void {
    const { code } = this.#lowering;
    this.#places[id] = code.length;
    for (let at = this.#waiting[id] ?? -1; at >= 0; at = this.#before.get(at + 1)) {
      code.set(this.#before.get(at), code.length);
    }
    this.#waiting[id] = -1;
  }

  #lowerChain(chain: LinkedChain, tracked: Tracked): void {
    const { code } = this.#lowering;
    this.#settle(chain);
    const runs = this.#index.runs.get(chain);
    const whole = { start: 0, end: chain.rules.length, indexed: false };
    for (const run of runs ?? [whole]) {
      if ("keys" in run && run.indexed) this.#lowerRun(chain, run, tracked);
      else this.#lowerRules(chain, run, tracked);
    }
    code.push(END);
    return code.push(this.#numbers.firstOf(chain) + chain.rules.length);
  }

  #lowerRules(chain: LinkedChain, { start, end }: Run, tracked: Tracked): void {
    let draws: LoweredRule[] = [];
    const flush = (): void => {
      if (draws.length > 1) this.#pushDraws(draws, tracked);
      else for (const rule of draws) this.#pushRule(chain, rule, tracked);
      draws = [];
    };
    for (let at = start; at < end; at++) {
      const rule = this.#lowerRule(chain, at, tracked);
      // A rule that never matches between them would be tried; it must not be counted too late.
      if (rule === undefined) {
        flush();
        continue;
      }
      const isCall = this.#isCallByDice(chain, rule, tracked);
      if (!isCall || (waysOf(rule) === 0 && draws.length === 0)) {
        flush();
        this.#pushRule(chain, rule, tracked);
        continue;
      }
      draws.push(rule);
      if (waysOf(rule) === 0) flush();
    }
    flush();
  }

  /** A jump on one draw, or on none. */
  #isCallByDice(
    chain: LinkedChain,
    { linked, conditions }: LoweredRule,
    tracked: Tracked,
  ): boolean {
    const { operations, leaves } = conditions;
    if (leaves || operations.length > 1) return false;
    if (operations.some(([kind]) => kind !== RANDOM)) return false;
    const { to } = linked;
    return (
      linked.rule.target?.name === "jump" &&
      to !== undefined &&
      chain.loop === undefined &&
      to.loop === undefined &&
      !this.#isIdle(to, tracked)
    );
  }

  #pushDraws(rules: readonly LoweredRule[], tracked: Tracked): void {
    const { code } = this.#lowering;
    code.pushAll([DRAWS, rules[0]?.number ?? 0, rules.length]);
    for (const rule of rules) {
      const { to } = rule.linked;
      if (to === undefined) continue;
      code.push(waysOf(rule));
      this.pushPlaceOf(to, tracked);
      code.push(this.#numbers.firstOf(to));
    }
  }

  #lowerRun(chain: LinkedChain, run: IndexedRun, tracked: Tracked): void {
    const { code } = this.#lowering;
    const operands: number[] = [];
    const dispatch = (): void => {
      code.push(DISPATCH);
      operands.push(code.length);
      code.pushAll([NOT_PLACED, NOT_PLACED]);
    };
    dispatch();
    const indexed = run.keys.map((keys, at) => {
      const entry = code.length;
      const rule = this.#lowerRule(chain, run.start + at, tracked);
      if (rule !== undefined) {
        this.#pushRule(chain, rule, tracked);
        dispatch();
      }
      return { keys, entry };
    });
    const reference = this.#dispatch.add(indexed);
    for (const at of operands) {
      code.set(at, reference);
      code.set(at + 1, code.length);
    }
  }

  /** `undefined` for a rule that never matches. */
  #lowerRule(chain: LinkedChain, at: number, tracked: Tracked): LoweredRule | undefined {
    const linked = chain.rules[at];
    if (linked === undefined) return undefined;
    const number = this.#numbers.firstOf(chain) + at;
    const conditions = lowerConditions(linked.rule, number, tracked, this.#lowering);
    return conditions === "never" ? undefined : { linked, number, conditions };
  }

  #pushRule(chain: LinkedChain, rule: LoweredRule, tracked: Tracked): void {
    const { code } = this.#lowering;
    const failures: number[] = [];
    for (const operation of rule.conditions.operations) {
      code.pushAll(operation);
      failures.push(code.length);
      code.push(NOT_PLACED);
    }
    if (rule.conditions.leaves) code.push(LEAVE);
    else this.#pushTarget(chain, rule, tracked);
    for (const failure of failures) code.set(failure, code.length);
  }

  #pushTarget(chain: LinkedChain, { linked, number }: LoweredRule, tracked: Tracked): void {
    const { code } = this.#lowering;
    const { rule, to } = linked;
    if (rule.target === undefined || !isJump(rule.target)) {
      return code.pushAll(lowerTarget(rule.target, number, this.#lowering));
    }
    // A chain that is missing, or goes round in a loop, is for the reference to report.
    if (to === undefined || chain.loop !== undefined || to.loop !== undefined) {
      return code.push(LEAVE);
    }
    if (rule.target.name === "jump" && this.#isIdle(to, tracked)) {
      return code.pushAll([PASS, number, to.rules.length]);
    }
    code.push(rule.target.name === "jump" ? CALL : GOTO);
    code.push(number);
    this.pushPlaceOf(to, tracked);
    return code.push(this.#numbers.firstOf(to));
  }

  /** None of its rules ever matches. */
  #isIdle(chain: LinkedChain, tracked: Tracked): boolean {
    const known = this.#idle[chain.id] ?? 0;
    if (known !== 0) return known > 0;
    const idle = chain.rules.every((_, at) => this.#lowerRule(chain, at, tracked) === undefined);
    this.#idle[chain.id] = idle ? 1 : -1;
    return idle;
  }
}

function isJump(target: Target): target is JumpTarget {
  return target.name === "jump" || target.name === "goto";
}

/** Of a rule that calls by the throw of dice: its chance; 0 where it always matches. */
function waysOf({ conditions }: LoweredRule): number {
  return conditions.operations[0]?.[1] ?? 0;
}
