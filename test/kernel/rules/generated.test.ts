import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import * as fc from "fast-check";
import { sameRuleset } from "../../../engine/iptables/canonical.js";
import { hasErrors } from "../../../engine/errors.js";
import { lastRuleset, parseDump } from "../../../engine/iptables/parse.js";
import { printRuleset } from "../../../engine/iptables/print.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { rulesetArbitrary } from "../../support/arbitraries/rules.js";
import { MAY_LACK, NOT_IN_BACKEND } from "./known-differences.js";
import { lackingExtensions } from "./probe.js";
import { BACKENDS, loadAndSave, tablesOf, whyNot, type Backend } from "./real-tools.js";

const skip = whyNot();

/** For each of the four pairs of family and backend. */
const RULES_WANTED = 500;
const RULESETS_AT_ONCE = 4;

const SETS = [
  { name: "one", dimensions: 1 },
  { name: "two", dimensions: 2 },
] as const;

function makeSets(family: Family): readonly string[] {
  const inet = family === 4 ? "inet" : "inet6";
  return [
    `create one hash:ip family ${inet} timeout 0`,
    `create two hash:ip,port family ${inet} timeout 0`,
  ];
}

/** The number of rules that came back as they were printed; throws where one did not. */
function roundTrip(ruleset: Ruleset, backend: Backend): number {
  const { family } = ruleset;
  const text = printRuleset(ruleset, "save");
  const read = parseDump(text, { family });
  assert.ok(!hasErrors(read.faults), "what is printed here is read here without an error");
  assert.ok(sameRuleset(ruleset, lastRuleset(read.value, family)), "it reads as the same rules");
  const outcome = loadAndSave({ family, backend, text, sets: makeSets(family) });
  if (!outcome.accepted) {
    assert.fail([outcome.message, ...refusedAlone(ruleset, backend)].join("\n"));
  }
  assert.deepEqual(tablesOf(outcome.saved), tablesOf(text));
  return text.split("\n").filter((line) => line.startsWith("-A ")).length;
}

/** Rules that are refused by themselves too, their jumps left out. */
function refusedAlone({ family, tables }: Ruleset, backend: Backend): readonly string[] {
  const text = printRuleset({ family, tables }, "save");
  return [...tablesOf(text)].flatMap(([table, lines]) => {
    const declared = lines.filter((line) => line.startsWith(":"));
    const rules = lines.filter((line) => line.startsWith("-A "));
    return rules.filter((rule) => {
      const alone = [`*${table}`, ...declared, rule.replace(/ -[jg] c-\S+$/, ""), "COMMIT", ""];
      const trial = { family, backend, text: alone.join("\n"), sets: makeSets(family) };
      return !loadAndSave(trial).accepted;
    });
  });
}

describe("generated rules are taken by the real restore and saved as printed", { skip }, () => {
  for (const family of [4, 6] as const) {
    for (const backend of BACKENDS) {
      it(`${RULES_WANTED} rules of IPv${family} through ${backend}`, (context: TestContext) => {
        const lacking = lackingExtensions(family, backend);
        const rulesets = rulesetArbitrary({
          family,
          sets: lacking.has("set") || lacking.has("SET") ? [] : SETS,
          without: lacking,
          maxRulesPerChain: 20,
          maxUserChains: 4,
        });
        const done = { rules: 0 };
        while (done.rules < RULES_WANTED) {
          const property = fc.property(rulesets, (ruleset) => {
            done.rules += roundTrip(ruleset, backend);
          });
          fc.assert(property, { numRuns: RULESETS_AT_ONCE, includeErrorInReport: true });
        }
        context.diagnostic(`${done.rules} rules`);
      });
    }
  }
});

describe("every understood extension loads", { skip }, () => {
  for (const family of [4, 6] as const) {
    for (const backend of BACKENDS) {
      it(`in IPv${family} through ${backend}, but those listed with a reason`, (context: TestContext) => {
        const lacking = lackingExtensions(family, backend);
        const missing = NOT_IN_BACKEND[backend];
        for (const name of lacking) {
          const reason = missing.get(name) ?? MAY_LACK.get(name);
          context.diagnostic(`${name}: ${reason ?? "no reason is listed"}`);
          assert.ok(reason !== undefined, `${name} does not load`);
        }
        const wrong = [...missing.keys()].filter((name) => !lacking.has(name));
        assert.deepEqual(wrong, [], "they load now: take them off the list");
      });
    }
  }
});
