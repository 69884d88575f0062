import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { endingsOf, type Ending } from "../../../tracer/program/endings.js";
import { linkProgram } from "../../../tracer/program/link.js";
import { programTexts, walkedEndings } from "../../support/program/endings.js";
import { caseArbitrary } from "../../support/program/cases.js";

const RUNS = Number(process.env["CHAINWALK_CASES"] ?? 2_000);

describe("the endings of a program are the reference walk's outcomes", () => {
  for (const family of [4, 6] as const) {
    it(`with the same exact odds, suppositions and rules, for generated rulesets and IPv${family} packets`, () => {
      const runs = Math.ceil(RUNS * (family === 4 ? 0.8 : 0.2));
      fc.assert(
        fc.property(caseArbitrary(family), ({ ruleset, host, packets }) => {
          const program = linkProgram(ruleset, host);
          for (const packet of packets.slice(0, 3)) {
            const endings: readonly Ending[] = endingsOf(program, packet);
            assert.deepEqual(
              programTexts(program, endings),
              walkedEndings({ ruleset, host }, packet),
            );
          }
        }),
        { numRuns: runs },
      );
    });
  }
});
