import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { MATCHES } from "../../../engine/iptables/extensions/matches.js";
import { TARGETS } from "../../../engine/iptables/extensions/targets.js";
import type { Reading } from "../../../engine/iptables/extensions/define.js";
import { makeRule } from "../../../engine/iptables/make.js";
import {
  type Hook,
  type Match,
  type Negatable,
  type Origin,
  type Rule,
  type TableName,
  type Target,
} from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import type { Prefix } from "../../../engine/net/prefix.js";
import {
  AH,
  DCCP,
  ESP,
  ICMP,
  ICMPV6,
  SCTP,
  TCP,
  UDP,
  UDPLITE,
} from "../../../engine/net/protocol.js";
import { MATCH_ARBITRARIES } from "./rules-matches.js";
import type { RuleSetting } from "./rules-setting.js";
import { TARGET_ARBITRARIES } from "./rules-targets.js";
import { interfaceName, negatable, prefixOf } from "./rules-values.js";

const ORIGIN: Origin = { kind: "compiled", subject: undefined, reason: "generated" };

type MatchName = keyof typeof MATCH_ARBITRARIES;
type TargetName = keyof typeof TARGET_ARBITRARIES;

/** Matches that one rule may hold several of. */
const REPEATABLE: ReadonlySet<string> = new Set(["addrtype", "mark", "multiport", "recent", "set"]);

/** Everything about an extension that decides whether it fits a place. */
interface Fitting {
  readonly name: string;
  readonly families: readonly Family[];
  readonly protocol?: number;
  readonly tables?: readonly TableName[];
  readonly hooks?: readonly Hook[];
  hooksFor?(data: unknown): readonly Hook[] | undefined;
  check?(data: unknown, reading: Reading): string | undefined;
}

const MATCH_SPECS: ReadonlyMap<string, Fitting> = byName(MATCHES);
const TARGET_SPECS: ReadonlyMap<string, Fitting> = byName(TARGETS);

function byName(specs: readonly Fitting[]): ReadonlyMap<string, Fitting> {
  return new Map(specs.map((spec) => [spec.name, spec]));
}

/** A rule of understood extensions that the real restore would take at this place. */
export function ruleArbitrary(setting: RuleSetting): Arbitrary<Rule> {
  return protocolOf(setting.family).chain((protocol) => {
    const plain = protocol === undefined || protocol.not ? undefined : protocol.value;
    return fc
      .tuple(headerOf(setting), matchesOf(setting, plain), targetOf(setting, plain))
      .map(([header, matches, target]) =>
        makeRule({
          ...header,
          protocol,
          matches: withWhatTheTargetNeeds(matches, target),
          target,
          origin: ORIGIN,
        }),
      );
  });
}

/** A rule with that one match, or target, and no more than it needs. */
export function ruleWith(
  kind: "match" | "target",
  name: string,
  setting: RuleSetting,
): Arbitrary<Rule> {
  const spec = (kind === "match" ? MATCH_SPECS : TARGET_SPECS).get(name);
  const value = spec?.protocol ?? NEEDS_PROTOCOL.get(name)?.[0];
  const protocol = value === undefined ? undefined : { not: false, value };
  const base = { protocol, origin: ORIGIN };
  if (kind === "match" && isMatchName(name)) {
    return matchOf(name, setting, value).map((match) => makeRule({ ...base, matches: [match] }));
  }
  if (kind === "target" && isTargetName(name)) {
    return extensionOf(name, setting, value).map((target) =>
      makeRule({ ...base, matches: withWhatTheTargetNeeds([], target), target }),
    );
  }
  throw new RangeError(`there is no ${kind} ${name}`);
}

function isMatchName(name: string): name is MatchName {
  return Object.hasOwn(MATCH_ARBITRARIES, name);
}

function isTargetName(name: string): name is TargetName {
  return Object.hasOwn(TARGET_ARBITRARIES, name);
}

function protocolOf(family: Family): Arbitrary<Negatable<number> | undefined> {
  const common = [TCP, UDP, SCTP, family === 4 ? ICMP : ICMPV6];
  const named = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...common) },
    { weight: 2, arbitrary: fc.constantFrom(DCCP, UDPLITE, ESP, AH, 47, 2, 4, 135) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 255 }) },
  );
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 8, arbitrary: named.map((value) => ({ not: false, value })) },
    { weight: 1, arbitrary: named.map((value) => ({ not: true, value })) },
  );
}

type Header = Pick<Rule, "source" | "destination" | "inInterface" | "outInterface" | "fragment">;

function headerOf({ family, hooks }: RuleSetting): Arbitrary<Header> {
  const device = perhaps(negatable(interfaceName));
  return fc.record({
    source: perhaps(address(family)),
    destination: perhaps(address(family)),
    inInterface: goesOut(hooks) ? fc.constant(undefined) : device,
    outInterface: comesIn(hooks) ? fc.constant(undefined) : device,
    fragment:
      family === 4 ? perhaps(negatable(fc.constant(true as const)), 12) : fc.constant(undefined),
  });
}

/** An address that asks for something: at least one bit counts. */
function address(family: Family): Arbitrary<Negatable<Prefix>> {
  return negatable(prefixOf(family).filter(({ mask }) => mask !== 0 && mask !== 0n));
}

function perhaps<T>(value: Arbitrary<T>, oneIn = 3): Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: oneIn - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: value },
  );
}

function matchesOf(
  setting: RuleSetting,
  protocol: number | undefined,
): Arbitrary<readonly Match[]> {
  const names = Object.keys(MATCH_ARBITRARIES).filter((name): name is MatchName =>
    belongs(MATCH_SPECS.get(name), setting, protocol),
  );
  const counted: Arbitrary<readonly MatchName[]> = fc
    .array(fc.constantFrom(...names), { maxLength: 4 })
    .map((list) => list.filter((name, at) => mayStand(name, at, list)));
  return counted.chain((list) => fc.tuple(...list.map((name) => matchOf(name, setting, protocol))));
}

/**
 * The real tools give an option to the match that was named last for the first time: with `-m set`
 * between them, a second `-m recent` cannot say `--set`.
 */
function mayStand(name: MatchName, at: number, list: readonly MatchName[]): boolean {
  if (list.indexOf(name) === at) return true;
  const rival = RIVALS.get(name);
  return REPEATABLE.has(name) && (rival === undefined || !list.includes(rival));
}

const RIVALS: ReadonlyMap<MatchName, MatchName> = new Map([
  ["recent", "set"],
  ["mark", "connmark"],
]);

function matchOf(
  name: MatchName,
  setting: RuleSetting,
  protocol: number | undefined,
): Arbitrary<Match> {
  const spec = MATCH_SPECS.get(name);
  const arbitrary: Arbitrary<Match> = MATCH_ARBITRARIES[name](setting);
  return arbitrary.filter((match) => fits(spec, match, setting, protocol));
}

function targetOf(
  setting: RuleSetting,
  protocol: number | undefined,
): Arbitrary<Target | undefined> {
  const names = Object.keys(TARGET_ARBITRARIES).filter((name): name is TargetName =>
    belongs(TARGET_SPECS.get(name), setting, protocol),
  );
  const extension = fc.constantFrom(...names).chain((name) => extensionOf(name, setting, protocol));
  const none = fc.constant(undefined);
  if (setting.chains.length === 0) {
    return fc.oneof({ weight: 1, arbitrary: none }, { weight: 9, arbitrary: extension });
  }
  const jump = fc.record({
    name: fc.constantFrom("jump" as const, "goto" as const),
    chain: fc.constantFrom(...setting.chains),
  });
  return fc.oneof(
    { weight: 1, arbitrary: none },
    { weight: 6, arbitrary: extension },
    { weight: 3, arbitrary: jump },
  );
}

function extensionOf(
  name: TargetName,
  setting: RuleSetting,
  protocol: number | undefined,
): Arbitrary<Target> {
  const arbitrary: Arbitrary<Target> = TARGET_ARBITRARIES[name](setting, protocol);
  return arbitrary.filter((target) => fits(TARGET_SPECS.get(name), target, setting, protocol));
}

/** Whether any data of the extension can stand at this place. */
function belongs(
  spec: Fitting | undefined,
  { family, table, hooks, sets, without }: RuleSetting,
  protocol: number | undefined,
): spec is Fitting {
  if (spec === undefined || without.has(spec.name)) return false;
  if (sets.length === 0 && (spec.name === "set" || spec.name === "SET")) return false;
  if (spec.protocol !== undefined && spec.protocol !== protocol) return false;
  if (ONE_WAY.has(spec.name) && comesIn(hooks) && goesOut(hooks)) return false;
  // The legacy backend takes it nowhere else.
  if (spec.name === "TRACE" && table !== "raw") return false;
  if (NEEDS_PROTOCOL.get(spec.name)?.includes(protocol ?? 0) === false) return false;
  return (
    spec.families.includes(family) &&
    spec.tables?.includes(table) !== false &&
    hooks.every((hook) => spec.hooks?.includes(hook) !== false)
  );
}

/** Where only what comes in can be asked for, and only what goes out. */
function comesIn(hooks: readonly Hook[]): boolean {
  return hooks.some((hook) => hook === "PREROUTING" || hook === "INPUT");
}

function goesOut(hooks: readonly Hook[]): boolean {
  return hooks.some((hook) => hook === "OUTPUT" || hook === "POSTROUTING");
}

/** Matches of what comes in or of what goes out, by their data. */
const ONE_WAY: ReadonlySet<string> = new Set(["devgroup", "policy"]);

/** Spares trials: without these protocols no data passes the extension's own check. */
const NEEDS_PROTOCOL: ReadonlyMap<string, readonly number[]> = new Map([
  ["multiport", [TCP, UDP, UDPLITE, SCTP, DCCP]],
  ["osf", [TCP]],
  ["tcpmss", [TCP]],
  ["TCPMSS", [TCP]],
  ["TPROXY", [TCP, UDP]],
  ["TCPOPTSTRIP", [TCP]],
  ["SYNPROXY", [TCP]],
]);

function fits(
  spec: Fitting | undefined,
  data: unknown,
  { family, hooks }: RuleSetting,
  protocol: number | undefined,
): boolean {
  const narrower = spec?.hooksFor?.(data);
  return (
    hooks.every((hook) => narrower?.includes(hook) !== false) &&
    spec?.check?.(data, { family, protocol }) === undefined
  );
}

/** The legacy kernel wants TCPMSS to see SYN packets only. */
function withWhatTheTargetNeeds(
  matches: readonly Match[],
  target: Target | undefined,
): readonly Match[] {
  if (target?.name !== "TCPMSS") return matches;
  const syn: Match = {
    name: "tcp",
    flags: { not: false, value: { mask: ["SYN", "RST"], set: ["SYN"] } },
  };
  return [...matches.filter(({ name }) => name !== "tcp"), syn];
}
