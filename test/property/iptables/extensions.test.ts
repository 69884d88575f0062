import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { hasErrors } from "../../../engine/errors.js";
import {
  canonicalRule,
  ruleKey,
  sameRule,
  sameRuleset,
} from "../../../engine/iptables/canonical.js";
import { checkRuleset } from "../../../engine/iptables/check.js";
import { lastRuleset, parseDump } from "../../../engine/iptables/parse.js";
import { printRuleset } from "../../../engine/iptables/print.js";
import type { Rule, Ruleset } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { rulesetArbitrary } from "../../support/arbitraries/rules.js";

const SETTING = {
  sets: [
    { name: "one", dimensions: 1 },
    { name: "two", dimensions: 2 },
  ],
  without: new Set<string>(),
  maxRulesPerChain: 6,
  maxUserChains: 3,
} as const;

const rulesets = fc
  .constantFrom<Family>(4, 6)
  .chain((family) => rulesetArbitrary({ ...SETTING, family }));

describe("rulesets of every understood extension", () => {
  it("are read back from their save as the same rules", () => {
    fc.assert(
      fc.property(rulesets, (ruleset) => {
        const text = printRuleset(ruleset, "save");
        const { value, faults } = parseDump(text, { family: ruleset.family });
        const again = lastRuleset(value, ruleset.family);
        assert.deepEqual(
          faults.filter(({ severity }) => severity === "error"),
          [],
        );
        assert.ok(sameRuleset(ruleset, again));
        assert.equal(printRuleset(again, "save"), text);
      }),
    );
  });

  it("hold nothing that the kernel would refuse", () => {
    fc.assert(
      fc.property(rulesets, (ruleset) => {
        assert.ok(!hasErrors(checkRuleset(ruleset)));
      }),
    );
  });

  it("have a canonical form that is its own canonical form", () => {
    fc.assert(
      fc.property(rulesets, ({ family, tables }) => {
        for (const { chains } of tables.values()) {
          for (const rule of [...chains.values()].flatMap(({ rules }) => rules)) {
            const once = canonicalRule(rule, family);
            assert.deepEqual(canonicalRule(once, family), once);
          }
        }
      }),
    );
  });

  it("have keys that rules share just when they are the same", () => {
    fc.assert(
      fc.property(rulesets, (ruleset) => {
        const { family } = ruleset;
        const again = lastRuleset(
          parseDump(printRuleset(ruleset, "save"), { family }).value,
          family,
        );
        const rules = rulesOf(ruleset).slice(0, 12);
        for (const [at, rule] of rules.entries()) {
          for (const other of [...rules.slice(at), ...rulesOf(again).slice(0, 12)]) {
            assert.equal(
              ruleKey(rule, family) === ruleKey(other, family),
              sameRule(rule, other, family),
            );
          }
        }
      }),
    );
  });
});

function rulesOf({ tables }: Ruleset): readonly Rule[] {
  return [...tables.values()].flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules }) => rules),
  );
}
