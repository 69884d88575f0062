import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as fc from "fast-check";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { mutated } from "../../support/mutate.js";
import { BASES, ODD } from "./bases.js";
import { DIFFERENCES, REFUSED_THERE, MODES, type Mode } from "./differences.js";
import { agrees, casesOf, explain, readHere, refusalsHere, type Case } from "./judge.js";
import { verdictsOf } from "./verdicts.js";

const SEED = Number(process.env["CHAINWALK_SEED"] ?? 20_261);
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

const examples = [...DIFFERENCES, ...REFUSED_THERE].map(({ example }) => example);
const mutants = [...BASES, ...ODD, ...fc.sample(mutant, { numRuns: MUTANTS, seed: SEED })];

describe(`rules changed at random (seed ${SEED})`, { skip: skipWithoutKernel() }, () => {
  let cases: readonly Case[] = [];
  before(() => {
    const texts = [...examples, ...mutants];
    const tried = (mode: Mode) => {
      const verdicts = verdictsOf(texts, mode);
      assert.equal(verdicts.length, texts.length);
      return verdicts;
    };
    cases = casesOf(texts, {
      "legacy --test": tried("legacy --test"),
      "legacy load": tried("legacy load"),
      "nft --test": tried("nft --test"),
      "nft load": tried("nft load"),
    });
  });

  it("are taken and refused in fair shares", () => {
    const refused = mutants.filter((text) => refusalsHere(readHere(text)).length > 0).length;
    assert.ok(refused > mutants.length / 4, `${refused} of ${mutants.length} are refused`);
    assert.ok(refused < (mutants.length * 3) / 4, `${refused} of ${mutants.length} are refused`);
  });

  for (const mode of MODES) {
    it(`are refused just where iptables-restore refuses them: ${mode}`, (context) => {
      const excused = new Map<string, number>();
      const differing = cases.slice(examples.length).filter((one) => !agrees(one, mode));
      const unexplained = differing.filter((one) => {
        const reasons = explain(one, mode);
        for (const reason of reasons ?? []) {
          const name = "code" in reason ? `${reason.code}: ${reason.reason}` : reason.reason;
          excused.set(name, (excused.get(name) ?? 0) + 1);
        }
        return reasons === undefined;
      });
      for (const [name, count] of excused) context.diagnostic(`${count}: ${name}`);
      assert.deepEqual(
        unexplained.map((one) => describeCase(one, mode)),
        [],
      );
    });
  }

  [...DIFFERENCES, ...REFUSED_THERE].forEach((difference, at) => {
    const { modes, reason } = difference;
    const what = "code" in difference ? `taken, ${difference.code}` : "refused";
    it(`are still ${what} in ${modes.join(", ")}: ${reason}`, () => {
      const one = cases[at];
      assert.ok(one !== undefined);
      for (const mode of MODES) {
        if (modes.includes(mode)) {
          assert.ok(!agrees(one, mode), `${mode} agrees now: take it off the list`);
          const told = explain(one, mode)?.includes(difference);
          assert.ok(told, `${mode} differs for another reason: ${one.verdicts[mode].message}`);
        } else assert.ok(agrees(one, mode), `${mode} differs too: ${one.verdicts[mode].message}`);
      }
    });
  });
});

function describeCase({ text, faults, verdicts }: Case, mode: Mode) {
  const known = new Set(BASES.flatMap((base) => base.split("\n")));
  return {
    changed: text.split("\n").filter((line) => !known.has(line)),
    ours: refusalsHere(faults, mode).map(({ code }) => code),
    real: verdicts[mode],
  };
}
