import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";

/** A table that is loaded, and restore input that is then carried out on it (`--noflush`). */
export interface CommandTrial {
  readonly base: string;
  readonly text: string;
}

const RULES = [
  "",
  "-j A",
  "-g B",
  "-j C",
  "-p udp",
  "-p tcp -m tcp --dport 80 -j A",
  "-p tcp --syn -j DROP",
  "-s 10.0.0.0/8 -j ACCEPT",
  "-s 10.0.0.1,10.0.0.2 -j DROP",
  "! -s 10.0.0.1 -p 17 -m udp --sport 53",
  "-m mark --mark 1 -j RETURN",
  '-m comment --comment "a b" -j C',
] as const;

const rule = fc.constantFrom(...RULES);
const chain = fc.constantFrom("INPUT", "OUTPUT", "A", "B", "C", "NEW");
const user = fc.constantFrom("A", "B", "C", "NEW", "OLD", "INPUT");
const number = fc.constantFrom("1", "1", "2", "3", "9");
const counters = fc.constantFrom("", "[3:4] ");
const policy = fc.constantFrom("DROP", "ACCEPT", "RETURN");

/** Words of a line, of which `""` is none. */
function line(...words: readonly (string | Arbitrary<string>)[]): Arbitrary<string> {
  const each = words.map((word) => (typeof word === "string" ? fc.constant(word) : word));
  return fc.tuple(...each).map((found) => found.join(" ").trim());
}

const onRules = [
  line(counters, "-A", chain, rule),
  line("-I", chain, rule),
  line(counters, "-I", chain, number, rule),
  line("-D", chain, rule),
  line("-D", chain, number),
  line(counters, "-R", chain, number, rule),
  line("-C", chain, rule),
  line("-F", chain),
  line("-F"),
];
const onChains = [
  line("-N", user),
  line("-X", fc.constantFrom("A", "B", "C", "NEW", "OLD")),
  line("-P", chain, policy),
  line("-P", fc.constantFrom("INPUT", "A"), "DROP", "-c 7 8"),
];
/** What only the legacy backend does as iptables(8) says. */
const legacyOnly = [
  line("-X"),
  line("-Z", chain),
  line("-Z", chain, number),
  line("-Z"),
  line("-E", user, user),
];

const declaration = fc.constantFrom(
  ":A - [0:0]",
  ":B - [5:6]",
  ":C -",
  ":NEW -",
  ":OLD - [0:0]",
  ":INPUT DROP [7:8]",
  ":OUTPUT ACCEPT [9:9]",
);

export function commandTrials(backend: "legacy" | "nft"): Arbitrary<CommandTrial> {
  const commands = [...onRules, ...onChains, ...(backend === "legacy" ? legacyOnly : [])];
  const base = fc.array(fc.tuple(fc.constantFrom("INPUT", "OUTPUT", "A", "B"), rule), {
    maxLength: 6,
  });
  const lines = fc.array(fc.oneof(...commands, declaration), { minLength: 1, maxLength: 5 });
  return fc.record({ base: base.map(baseText), text: lines.map(inTable) });
}

function inTable(lines: readonly string[]): string {
  return ["*filter", ...lines, "COMMIT", ""].join("\n");
}

/** Jumps lead from built-in chains to A to B to C only, so that there is no circle. */
function baseText(rules: readonly (readonly [string, string])[]): string {
  const tail = { INPUT: "ABC", OUTPUT: "ABC", A: "BC", B: "C" };
  const kept = rules.filter(([from, words]) => {
    const to = / ?-[jg] ([ABC])$/.exec(words)?.[1];
    return (
      to === undefined ||
      Object.entries(tail).some(([name, all]) => name === from && all.includes(to))
    );
  });
  return inTable([
    ":INPUT ACCEPT [3:4]",
    ":FORWARD ACCEPT [0:0]",
    ":OUTPUT DROP [1:1]",
    ":A - [0:0]",
    ":B - [0:0]",
    ":C - [0:0]",
    ...kept.map(([from, words], at) => `[${at}:${at * 2}] -A ${from} ${words}`),
  ]);
}
