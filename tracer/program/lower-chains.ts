import type { JumpTarget } from "../../engine/iptables/extensions/verdicts.js";
import type { Target } from "../../engine/iptables/types.js";
import type { LinkedChain, LinkedRule } from "../walk/link.js";
import { DispatchBuilder } from "./build-dispatch.js";
import type { Dispatch } from "./dispatch.js";
import type { IndexedRun, RuleIndex } from "./index-rules.js";
import { lowerConditions, type Conditions } from "./lower-conditions.js";
import { lowerTarget } from "./lower-target.js";
import type { Lowering, Tracked } from "./lowering.js";
import { PROTOCOL } from "./fields.js";
import {
  CALL,
  DISPATCH,
  DRAWS,
  END,
  ENDPOINT,
  ENDPOINT_LENGTH,
  EVEN_DRAWS,
  FLOW,
  FLOW_CALL,
  FROM,
  GOTO,
  LEAVE,
  PASS,
  RANDOM,
  RANGE,
  TO_DESTINATION,
} from "./operations.js";
import type { RuleNumbers } from "./rule-numbers.js";

const NOT_PLACED = -1;
/** Chains within chains within ... are put where they are called no deeper than this. */
const MOST_NESTED = 16;

/** A rule that may match, and what it comes to. */
interface LoweredRule {
  readonly linked: LinkedRule;
  readonly number: number;
  readonly conditions: Conditions;
}

/** A chain for one endpoint: from itself it calls `to`, and then the packet goes to it. */
interface Endpoint {
  readonly address: number;
  /** 0: any. */
  readonly protocol: number;
  readonly to: LinkedChain;
  /** Class of the address. */
  readonly number: number;
  readonly port: number;
}

/** Chains to be placed one right behind the other. */
interface Called {
  readonly chains: readonly LinkedChain[];
  readonly tracked: Tracked;
}

/** Turns chains into operations, each once and only if something comes to it. */
export class ChainLowering {
  readonly #lowering: Lowering;
  readonly #numbers: RuleNumbers;
  readonly #index: RuleIndex;
  readonly #dispatch: DispatchBuilder;
  readonly #places = new Map<LinkedChain, number>();
  readonly #idle = new Map<LinkedChain, boolean>();
  /** Places of operands that wait for a chain's place. */
  readonly #waiting: { readonly at: number; readonly chain: LinkedChain }[] = [];
  /** Chains that were named and are not lowered yet, the next one last. */
  readonly #open: Called[] = [];
  #nested = 0;

  constructor(lowering: Lowering, numbers: RuleNumbers, index: RuleIndex) {
    this.#lowering = lowering;
    this.#numbers = numbers;
    this.#index = index;
    this.#dispatch = new DispatchBuilder(lowering.family, lowering.interfaces);
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
    this.#open.push({ chains: [chain], tracked });
  }

  /** Lowers all chains that were named; the index then leads to places in the code. */
  finish(): Dispatch {
    this.#placeOpen(0);
    for (const { at, chain } of this.#waiting) {
      this.#lowering.code.set(at, this.#places.get(chain) ?? NOT_PLACED);
    }
    return this.#dispatch.freeze();
  }

  /** What a chain calls stands right behind it, in the order of its calls: near in memory, too. */
  #placeOpen(from: number): void {
    while (this.#open.length > from) {
      const next = this.#open.pop();
      if (next === undefined) return;
      const before = this.#open.length;
      for (const chain of next.chains) this.#lowerChain(chain, next.tracked);
      this.#open.push(...this.#open.splice(before).reverse());
    }
  }

  #lowerChain(chain: LinkedChain, tracked: Tracked): void {
    const { code } = this.#lowering;
    this.#places.set(chain, code.length);
    const endpoint = this.#endpointOf(chain, tracked);
    if (endpoint !== undefined) return this.#pushEndpoint(chain, endpoint, tracked);
    const runs = this.#index.runs.get(chain);
    if (runs === undefined) this.#lowerRules(chain, 0, chain.rules.length, tracked);
    for (const run of runs ?? []) {
      if (run.indexed) this.#lowerRun(chain, run, tracked);
      else this.#lowerRules(chain, run.start, run.end, tracked);
    }
    code.push(END);
    code.push(this.#numbers.firstOf(chain) + chain.rules.length);
    return undefined;
  }

  #lowerRules(chain: LinkedChain, start: number, end: number, tracked: Tracked): void {
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
    if (this.#pushEvenDraws(rules, tracked)) return;
    code.pushAll([DRAWS, rules[0]?.number ?? 0, rules.length]);
    for (const rule of rules) {
      const { to } = rule.linked;
      if (to === undefined) continue;
      code.push(waysOf(rule));
      this.pushPlaceOf(to, tracked);
      code.push(this.#numbers.firstOf(to));
    }
  }

  /**
   * Calls of endpoint chains that nothing else calls before, numbered one after the other: they will
   * stand at even distances, so that the calls need not tell their places one by one.
   */
  #pushEvenDraws(rules: readonly LoweredRule[], tracked: Tracked): boolean {
    const { code, ways } = this.#lowering;
    const chains = rules.flatMap(({ linked }) => linked.to ?? []);
    const [first, second] = chains;
    if (first === undefined || second === undefined) return false;
    const start = this.#numbers.firstOf(first);
    const step = this.#numbers.firstOf(second) - start;
    const even = chains.every(
      (chain, at) =>
        this.#numbers.firstOf(chain) === start + at * step &&
        !this.#places.has(chain) &&
        chains.indexOf(chain) === at &&
        this.#endpointOf(chain, tracked) !== undefined,
    );
    if (!even || this.#index.runs.has(first)) return false;
    const place = ways.add(rules.map(waysOf));
    code.pushAll([EVEN_DRAWS, rules[0]?.number ?? 0, rules.length, place]);
    for (const chain of chains) this.#places.set(chain, NOT_PLACED);
    this.#waiting.push({ at: code.length, chain: first });
    this.#open.push({ chains, tracked });
    code.push(NOT_PLACED);
    code.pushAll([ENDPOINT_LENGTH, start, step]);
    return true;
  }

  /** The parts of a chain that is just what kube-proxy makes for an endpoint. */
  #endpointOf(chain: LinkedChain, tracked: Tracked): Endpoint | undefined {
    if (this.#lowering.family !== 4 || chain.rules.length !== 2 || chain.loop !== undefined) {
      return undefined;
    }
    const [hairpin, translation] = [0, 1].map((at) => this.#lowerRule(chain, at, tracked));
    if (hairpin === undefined || translation === undefined) return undefined;
    const [source, ...others] = hairpin.conditions.operations;
    if (source?.[0] !== FROM || source[1] !== -1) return undefined;
    if (others.length > 0 || hairpin.conditions.leaves || translation.conditions.leaves) {
      return undefined;
    }
    const { to } = hairpin.linked;
    if (hairpin.linked.rule.target?.name !== "jump" || to === undefined) return undefined;
    if (to.loop !== undefined || this.#isIdle(to, tracked)) return undefined;
    const { operations } = translation.conditions;
    const [protocol] = operations;
    const single =
      protocol?.[0] === RANGE && protocol[1] === PROTOCOL && protocol[2] === protocol[3];
    if (operations.length > 1 || (operations.length === 1 && !single)) return undefined;
    const { target } = translation.linked.rule;
    if (target?.name !== "DNAT") return undefined;
    const lowered = lowerTarget(target, translation.number, this.#lowering);
    const [kind, , number = -1, address, , , , port = -1] = lowered;
    if (kind !== TO_DESTINATION || number < 0 || address !== source[2]) return undefined;
    return { address: address ?? 0, protocol: protocol?.[2] ?? 0, to, number, port };
  }

  #pushEndpoint(chain: LinkedChain, endpoint: Endpoint, tracked: Tracked): void {
    const { code } = this.#lowering;
    const { address, protocol, to, number, port } = endpoint;
    code.pushAll([ENDPOINT, this.#numbers.firstOf(chain), address, protocol]);
    this.pushPlaceOf(to, tracked);
    code.pushAll([this.#numbers.firstOf(to), number, port]);
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
        const before = this.#open.length;
        this.#pushRule(chain, rule, tracked);
        dispatch();
        this.#nested++;
        if (this.#nested < MOST_NESTED) this.#placeOpen(before);
        this.#nested--;
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
    if (this.#pushFlowCall(chain, rule, tracked)) return;
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

  /** A call on one flow is a single operation, being the commonest of all. */
  #pushFlowCall(chain: LinkedChain, rule: LoweredRule, tracked: Tracked): boolean {
    const { code } = this.#lowering;
    const { operations, leaves } = rule.conditions;
    const [flow, ...others] = operations;
    const { to } = rule.linked;
    if (flow?.[0] !== FLOW || others.length > 0 || leaves || to === undefined) return false;
    if (rule.linked.rule.target?.name !== "jump" || this.#isIdle(to, tracked)) return false;
    if (chain.loop !== undefined || to.loop !== undefined) return false;
    code.push(FLOW_CALL);
    code.push(rule.number);
    this.pushPlaceOf(to, tracked);
    code.pushAll([this.#numbers.firstOf(to), ...flow.slice(1)]);
    return true;
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
    const known = this.#idle.get(chain);
    if (known !== undefined) return known;
    const idle = chain.rules.every((_, at) => this.#lowerRule(chain, at, tracked) === undefined);
    this.#idle.set(chain, idle);
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
