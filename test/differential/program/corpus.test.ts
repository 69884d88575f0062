import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { lastRuleset, parseDump } from "../../../engine/iptables/parse.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import { endingsOf } from "../../../tracer/program/endings.js";
import { linkProgram } from "../../../tracer/program/link.js";
import { batchAnswers, walkedAnswers } from "../../support/program/compare.js";
import { programTexts, walkedEndings } from "../../support/program/endings.js";
import { foreignCase } from "../../support/program/foreign.js";
import { ROOT, SHARED, skipWithout } from "../../support/root.js";

/** Hosts with packets for each dump. */
const CASES = Math.max(1, Math.min(4, Number(process.env["CHAINWALK_CASES"] ?? 4)));
const CORPUS = join(SHARED, "corpus");
const OWN = join(ROOT, "test", "dumps");

describe("a program gives the reference walk's answers for any dump", () => {
  for (const [folder, skip] of [
    [OWN, false],
    [CORPUS, skipWithout(CORPUS)],
  ] as const) {
    for (const name of skip === false ? dumpsIn(folder) : []) {
      it(`${name}, on generated hosts and packets`, () => {
        for (const ruleset of rulesetsOf(join(folder, name))) checkRuleset(ruleset);
      });
    }
    it(`all dumps of ${folder === OWN ? "the project" : "the corpus"} were there`, { skip }, () => {
      assert.ok(dumpsIn(folder).length >= (folder === OWN ? 2 : 84));
    });
  }
});

function dumpsIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /\.(?:rules|save)$/.test(name));
}

/** One of each family that the dump has; what is wrong with it is left out, as anywhere. */
function rulesetsOf(file: string): readonly Ruleset[] {
  const family = file.includes("ip6") ? 6 : 4;
  const { value } = parseDump(readFileSync(file, "utf8"), { family });
  return ([4, 6] as const)
    .map((one) => lastRuleset(value, one))
    .filter(({ tables }) => tables.size > 0);
}

function checkRuleset(ruleset: Ruleset): void {
  fc.assert(
    fc.property(foreignCase(ruleset), (sample) => {
      const program = linkProgram(sample.ruleset, sample.host);
      assert.deepEqual(batchAnswers(sample, program), walkedAnswers(sample));
      for (const packet of sample.packets.slice(0, 2)) {
        assert.deepEqual(
          programTexts(program, endingsOf(program, packet)),
          walkedEndings(sample, packet),
        );
      }
    }),
    { numRuns: CASES },
  );
}
