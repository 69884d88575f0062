import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import { BUILT_IN_CHAINS, type Hook, type TableName } from "../../../engine/iptables/types.js";
import {
  headerWords,
  matchWords,
  protocolWords,
  type Protocol,
  type RulePlace,
} from "./rule-matches.js";
import { targetWords } from "./rule-targets.js";

/** One chain of a generated table, its rules without the `-A CHAIN`. */
export interface GeneratedChain {
  readonly name: string;
  /** `-` for a user chain. */
  readonly policy: string;
  readonly rules: readonly string[];
}

export interface GeneratedTable {
  readonly name: TableName;
  readonly chains: readonly GeneratedChain[];
}

/** Restore input of these tables. */
export function restoreText(tables: readonly GeneratedTable[]): string {
  return tables
    .map(({ name, chains }) => {
      const declared = chains.map((chain) => `:${chain.name} ${chain.policy} [0:0]`);
      const rules = chains.flatMap((chain) =>
        chain.rules.map((rule) => `-A ${chain.name} ${rule}`),
      );
      return [`*${name}`, ...declared, ...rules, "COMMIT", ""].join("\n");
    })
    .join("");
}

/** User chains of a table, with the hooks that their callers stand in. */
interface UserChain {
  readonly name: string;
  readonly hooks: readonly Hook[];
}

/** In nat what may be done depends on the hook, so its chains keep to one side. */
const USER_CHAINS: Readonly<Record<TableName, readonly UserChain[]>> = {
  raw: [{ name: "R1", hooks: ["PREROUTING", "OUTPUT"] }],
  mangle: ["M1", "M2"].map((name) => ({ name, hooks: BUILT_IN_CHAINS.mangle })),
  nat: [
    { name: "D1", hooks: ["PREROUTING", "OUTPUT"] },
    { name: "D2", hooks: ["PREROUTING", "OUTPUT"] },
    { name: "D3", hooks: ["PREROUTING", "OUTPUT"] },
    { name: "S1", hooks: ["POSTROUTING"] },
    { name: "S2", hooks: ["POSTROUTING"] },
  ],
  filter: ["F1", "F2", "F3"].map((name) => ({ name, hooks: BUILT_IN_CHAINS.filter })),
  security: [],
};

function chainOf(
  family: Family,
  table: TableName,
  name: string,
  hooks: readonly Hook[],
  callable: readonly string[],
): fc.Arbitrary<GeneratedChain> {
  const base = hooks.length === 1 && hooks[0] === name;
  const place: RulePlace = { family, table, hooks, base };
  const policy = !base
    ? fc.constant("-")
    : table === "filter"
      ? fc.oneof({ weight: 5, arbitrary: fc.constant("ACCEPT") }, fc.constant("DROP"))
      : fc.constant("ACCEPT");
  const rules = fc.array(ruleWords(place, callable), { maxLength: base ? 4 : 3 });
  return fc.record({ name: fc.constant(name), policy, rules });
}

const PROTOCOLS: readonly Protocol[] = [
  "tcp",
  "tcp",
  "udp",
  "udp",
  "sctp",
  "icmp",
  "other",
  undefined,
  undefined,
  undefined,
];

function ruleWords(place: RulePlace, callable: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...PROTOCOLS).chain((protocol) => {
    const plain = targetWords(place, protocol);
    const jumps =
      callable.length === 0
        ? []
        : [
            fc
              .tuple(fc.constantFrom("-j", "-j", "-g"), fc.constantFrom(...callable))
              .map(([verb, chain]) => `${verb} ${chain}`),
          ];
    const target = fc.oneof(plain, ...jumps);
    return fc
      .tuple(
        fc.oneof({ weight: 2, arbitrary: fc.constant("") }, headerWords(place)),
        protocolWords(place.family, protocol),
        fc.oneof(
          { weight: 2, arbitrary: fc.constant([]) },
          fc.array(matchWords(place), { maxLength: 2 }),
        ),
        target,
      )
      .map(([header, transport, matches, end]) =>
        [header, transport, ...matches, end].filter((part) => part !== "").join(" "),
      );
  });
}

function tableOf(family: Family, table: TableName): fc.Arbitrary<GeneratedTable> {
  const users = USER_CHAINS[table];
  const callableFrom = (hooks: readonly Hook[], after: number): readonly string[] =>
    users
      .filter((chain, at) => at > after && hooks.every((hook) => chain.hooks.includes(hook)))
      .map(({ name }) => name);
  const bases = BUILT_IN_CHAINS[table].map((hook) =>
    chainOf(family, table, hook, [hook], callableFrom([hook], -1)),
  );
  const own = users.map(({ name, hooks }, at) =>
    chainOf(family, table, name, hooks, callableFrom(hooks, at)),
  );
  return fc.tuple(...bases, ...own).map((chains) => ({ name: table, chains }));
}

const TABLES: readonly TableName[] = ["raw", "mangle", "nat", "filter"];

/** Rule sets that mix all matches and targets of known effect, with jumps, gotos and returns. */
export function ruleSet(family: Family): fc.Arbitrary<readonly GeneratedTable[]> {
  return fc
    .subarray([...TABLES], { minLength: 1 })
    .chain((names) => fc.tuple(...names.map((name) => tableOf(family, name))));
}
