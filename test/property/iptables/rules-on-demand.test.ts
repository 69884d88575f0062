import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import {
  forEachJump,
  jumpOf,
  mayHaveTarget,
  ruleCount,
  startsOf,
} from "../../../engine/iptables/chain-rules.js";
import { TARGETS } from "../../../engine/iptables/extensions/targets.js";
import { makeRule } from "../../../engine/iptables/make.js";
import { parseDump, type Dump } from "../../../engine/iptables/parse.js";
import type { Chain, Rule } from "../../../engine/iptables/types.js";
import { keysOf, mayAsk } from "../../../tracer/program/keys.js";
import { defaultHost } from "../../../tracer/index.js";
import { ruleArbitrary } from "../../support/arbitraries/rules-rule.js";
import type { RuleSetting } from "../../support/arbitraries/rules-setting.js";
import { mutated } from "../../support/mutate.js";
import { RULE_LINES, RULE_LINES_6 } from "../../support/rule-lines.js";

const CHAINS = ["A", "INPUT", "KUBE-SVC-NPX46M4PTMTKRN6Y", "A-CHAIN-OF-A-LONGER-NAME", "B"];

/** Commands that work in the midst of chains whose rules are still lines. */
const COMMANDS = [
  "-I A 1 -s 10.9.9.9/32 -j B",
  "-I A 2 -j ACCEPT",
  "-D A 1",
  "-D A -j B",
  "-D B -s 10.0.0.0/8 -j DROP",
  "-R A 1 -p udp -j DROP",
  "-C A -j B",
  "-F B",
  "-F",
  "-Z",
  "-X B",
  "-X",
  "-N NEW",
  "-E B C",
  "-A A -s 10.0.0.1 -j B",
  "-A A  -j B",
  ":A - [0:0]",
  ":B - [3:4]",
  "COMMIT",
  "*nat",
  "*filter",
];

/** Lines of rules in some few chains, in any order, among commands. */
const text = (lines: readonly string[]): fc.Arbitrary<string> => {
  const rule = fc
    .tuple(fc.oneof(fc.constantFrom(...lines), mutated(lines, 1)), fc.constantFrom(...CHAINS))
    .map(([line, chain]) => line.replace(/-A \S+/, `-A ${chain}`));
  const line = fc.oneof(
    { weight: 8, arbitrary: rule },
    { weight: 1, arbitrary: fc.constantFrom(...COMMANDS) },
  );
  const head = ["*filter", ...CHAINS.map((chain) => `:${chain} - [0:0]`)];
  return fc
    .tuple(fc.array(line, { maxLength: 40 }), fc.constantFrom("\n", "\r\n"), fc.boolean())
    .map(([body, end, isWide]) =>
      [isWide ? "# Łódź" : "# Lodz", ...head, ...body, "COMMIT", ""].join(end),
    );
};

function chainsOf({ sections }: Dump): readonly Chain[] {
  const found: Chain[] = [];
  for (const { ruleset } of sections) {
    for (const { chains } of ruleset.tables.values()) found.push(...chains.values());
  }
  return found;
}

/** What may be asked of a chain before its rules are made, each by the rules that it has in truth. */
const QUESTIONS: readonly ((chain: Chain, rules: readonly Rule[]) => void)[] = [
  (chain, rules) => assert.equal(ruleCount(chain), rules.length),
  (chain, rules) => {
    const jumps: string[] = [];
    forEachJump(chain, (name) => jumps.push(name));
    assert.deepEqual(
      jumps,
      rules.map(jumpOf).filter((name) => name !== undefined),
    );
  },
  (chain, rules) => assert.deepEqual(startsOf(chain), startsOf(plainly(chain, rules))),
  (chain, rules) => {
    for (const { name } of TARGETS) {
      const has = rules.some(({ target }) => target?.name === name);
      assert.ok(!has || mayHaveTarget(chain, name), name);
    }
  },
  (chain, rules) => assert.deepEqual(chain.rules, rules),
  (chain, rules) => assert.deepEqual({ ...chain }, plainly(chain, rules)),
];

function plainly({ name, policy, counters, line }: Chain, rules: readonly Rule[]): Chain {
  return { name, policy, counters, line, rules };
}

describe("rules that are made when they are asked for", () => {
  for (const [family, lines] of [
    [4, RULE_LINES],
    [6, RULE_LINES_6],
  ] as const) {
    it(`are those of the general reader, whatever is asked first and whatever commands did: IPv${family}`, () => {
      const orders = fc.array(fc.tuple(fc.nat(), fc.nat({ max: QUESTIONS.length - 1 })), {
        maxLength: 30,
      });
      fc.assert(
        fc.property(text(lines), orders, (dump, order) => {
          const late = parseDump(dump, { family });
          const options = { family, quick: false };
          const early = parseDump(dump, options);
          assert.deepEqual(late.faults, early.faults);
          const chains = chainsOf(late.value);
          const expected = chainsOf(early.value);
          assert.equal(chains.length, expected.length);
          for (const [which, question] of order) {
            const at = which % chains.length;
            const [chain, truth] = [chains[at], expected[at]];
            if (chain !== undefined && truth !== undefined) {
              QUESTIONS[question]?.(chain, truth.rules);
            }
          }
          assert.deepEqual(late.value, early.value);
          assert.deepEqual(parseDump(dump, { family, makesAll: true }), late);
        }),
        { numRuns: 400 },
      );
    });
  }

  it("are made once", () => {
    const [chain] = chainsOf(
      parseDump("*filter\n:A - [0:0]\n-A A -j ACCEPT\nCOMMIT\n").value,
    ).slice(-1);
    assert.equal(chain?.name, "A");
    assert.equal(chain.rules, chain.rules);
    assert.equal(chain.rules[0], chain.rules[0]);
  });

  it("are told from others by a comparison, and copied with their chain", () => {
    const read = (address: string): Chain | undefined =>
      chainsOf(
        parseDump(`*filter\n:A - [0:0]\n-A A -s ${address} -j ACCEPT\nCOMMIT\n`, { family: 4 })
          .value,
      ).at(-1);
    assert.notDeepEqual(read("10.0.0.1/32"), read("10.0.0.2/32"));
    assert.deepEqual(read("10.0.0.1/32"), read("10.0.0.1/32"));
    const chain = read("10.0.0.1/32");
    assert.deepEqual(structuredClone(chain), chain);
    assert.deepEqual(Object.keys({ ...chain }), ["name", "policy", "counters", "line", "rules"]);
  });

  it("ask nothing that an index knows where they begin with a match that may not", () => {
    const sets = { host: defaultHost(), changed: new Set<string>(), ranges: new Map() };
    const setting: RuleSetting = {
      family: 4,
      table: "filter",
      hooks: ["INPUT"],
      chains: ["A"],
      sets: [{ name: "a-set", dimensions: 1 }],
      without: new Set(),
    };
    let asked = 0;
    fc.assert(
      fc.property(ruleArbitrary(setting), ({ matches, target }) => {
        const rule = makeRule({ matches, target, origin: NOWHERE });
        const [start] = startsOf(plainly(EMPTY, [rule]));
        assert.notEqual(start, undefined);
        if (start === undefined || mayAsk(start)) return;
        asked++;
        assert.deepEqual(keysOf(rule, sets), {});
      }),
      { numRuns: 500 },
    );
    assert.ok(asked > 50, `only ${asked} rules began so`);
  });
});

const NOWHERE = { kind: "compiled", subject: undefined, reason: "a test" } as const;
const EMPTY: Chain = {
  name: "A",
  policy: undefined,
  counters: undefined,
  line: undefined,
  rules: [],
};
