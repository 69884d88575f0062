import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { Fault } from "../../../engine/errors.js";
import { checkDump } from "../../../engine/iptables/check.js";
import { parseDump } from "../../../engine/iptables/parse.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { mutated } from "../../support/mutate.js";
import { BASES, ODD } from "./bases.js";
import { DIFFERENCES, HOST_NAME, MODES, type Difference, type Mode } from "./differences.js";
import { verdictsOf, type Verdict } from "./verdicts.js";

const CHOSEN_SEED = process.env["CHAINWALK_SEED"];
const SEED = Number(CHOSEN_SEED ?? 20_261);
const MUTANTS = Number(process.env["CHAINWALK_MUTANTS"] ?? 1_100);

/** A base with one of its lines changed in up to three places, and maybe left out or doubled. */
const mutant = fc
  .tuple(fc.constantFrom(...BASES), fc.nat(), fc.nat({ max: 9 }))
  .chain(([base, place, what]) => {
    const lines = base.trimEnd().split("\n");
    const at = place % lines.length;
    return mutated([lines[at] ?? ""]).map((changed) => {
      const line = what === 0 ? [] : what === 1 ? [changed, changed] : [changed];
      return `${[...lines.slice(0, at), ...line, ...lines.slice(at + 1)].join("\n")}\n`;
    });
  });

const texts = [...BASES, ...ODD, ...fc.sample(mutant, { numRuns: MUTANTS, seed: SEED })];
const met = new Map<Difference, Set<Mode>>();

describe(`rules changed at random (seed ${SEED})`, { skip: skipWithoutKernel() }, () => {
  const ours = texts.map((text) => checkDump(parseDump(text, { family: 4 })));

  it("are taken and refused in fair shares", () => {
    const refused = ours.filter((faults) => codesOf(faults).length > 0).length;
    assert.ok(refused > texts.length / 4, `${refused} of ${texts.length} are refused`);
    assert.ok(refused < (texts.length * 3) / 4, `${refused} of ${texts.length} are refused`);
  });

  for (const mode of MODES) {
    it(`are refused just where iptables-restore refuses them: ${mode}`, () => {
      const verdicts = verdictsOf(texts, mode);
      assert.equal(verdicts.length, texts.length);
      const unexplained = verdicts.flatMap((verdict, at) => {
        const faults = ours[at] ?? [];
        return isExplained(faults, verdict, mode)
          ? []
          : [describeCase(texts[at] ?? "", faults, verdict)];
      });
      assert.deepEqual(unexplained, []);
    });
  }

  it("meet every listed difference", { skip: CHOSEN_SEED !== undefined }, () => {
    const unmet = DIFFERENCES.filter((difference) =>
      difference.modes.some((mode) => met.get(difference)?.has(mode) !== true),
    );
    assert.deepEqual(unmet, []);
  });
});

function codesOf(faults: readonly Fault[]): readonly string[] {
  return faults.filter(({ severity }) => severity === "error").map(({ code }) => code);
}

function isExplained(faults: readonly Fault[], verdict: Verdict, mode: Mode): boolean {
  const codes = codesOf(faults);
  if (verdict.accepted === (codes.length === 0)) return true;
  if (!verdict.accepted) {
    return HOST_NAME.test(verdict.message) && faults.some(({ code }) => code === "host-name");
  }
  const said = DIFFERENCES.find(
    (each) => each.modes.includes(mode) && each.said?.test(verdict.message),
  );
  const reasons = said === undefined ? codes.map((code) => differenceFor(code, mode)) : [said];
  if (reasons.includes(undefined)) return false;
  for (const difference of reasons) if (difference !== undefined) meet(difference, mode);
  return true;
}

function differenceFor(code: string, mode: Mode): Difference | undefined {
  return DIFFERENCES.find(({ modes, codes }) => modes.includes(mode) && codes?.includes(code));
}

function meet(difference: Difference, mode: Mode): void {
  const modes = met.get(difference);
  if (modes === undefined) met.set(difference, new Set([mode]));
  else modes.add(mode);
}

function describeCase(text: string, faults: readonly Fault[], verdict: Verdict) {
  const known = new Set(BASES.flatMap((base) => base.split("\n")));
  return {
    changed: text.split("\n").filter((line) => !known.has(line)),
    ours: codesOf(faults),
    real: verdict,
  };
}
