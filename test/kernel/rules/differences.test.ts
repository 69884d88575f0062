import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explain } from "./explain.js";
import { agrees, tryEach } from "./lone-rules.js";
import { BACKENDS, whyNot } from "./real-tools.js";
import { RULE_DIFFERENCES } from "./rule-differences.js";

describe("listed differences from the real tools", { skip: whyNot() }, () => {
  for (const backend of BACKENDS) {
    it(`are there in every example through ${backend}, each for its own reason, or are not listed for it`, () => {
      for (const family of [4, 6] as const) {
        const examples = RULE_DIFFERENCES.flatMap((difference) =>
          difference.examples
            .filter(({ families }) => families.includes(family))
            .map((example) => ({ difference, example })),
        );
        const cases = tryEach(
          examples.map(({ example }) => example),
          family,
          backend,
        );
        examples.forEach(({ difference, example }, at) => {
          const one = cases[at];
          assert.ok(one !== undefined);
          const what = `${example.rule}, IPv${family}: ${difference.reason}`;
          if (!difference.backends.includes(backend)) {
            assert.ok(agrees(one), `differs too: ${what}`);
            return;
          }
          assert.ok(!agrees(one), `agrees now, take it off the list: ${what}`);
          const reasons = explain(one, RULE_DIFFERENCES)?.map(({ reason }) => reason);
          assert.deepEqual(reasons, [difference.reason], what);
        });
      }
    });
  }

  it("have an example each", () => {
    const without = RULE_DIFFERENCES.filter(({ examples }) => examples.length === 0);
    assert.deepEqual(without, []);
  });
});
