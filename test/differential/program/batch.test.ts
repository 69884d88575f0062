import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { caseArbitrary } from "../../support/program/cases.js";
import { batchAnswers, walkedAnswers } from "../../support/program/compare.js";

const RUNS = Number(process.env["CHAINWALK_CASES"] ?? 10_000);

describe("a program gives the reference walk's answers", () => {
  for (const family of [4, 6] as const) {
    it(`for generated rulesets, hosts and IPv${family} packets, the count of tried rules included`, () => {
      const runs = family === 4 ? Math.ceil(RUNS * 0.8) : Math.floor(RUNS * 0.2);
      fc.assert(
        fc.property(caseArbitrary(family, 8, true), (sample) => {
          assert.deepEqual(batchAnswers(sample), walkedAnswers(sample));
        }),
        { numRuns: runs },
      );
    });
  }
});
