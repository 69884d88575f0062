import { it } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { loadSession, saveSession, type Session } from "../../../engine/control-plane/session.js";
import { FAMILY_CHOICES, settingsFor } from "../../../engine/control-plane/settings.js";
import { checkAlways, checkRules, checkSettled } from "../../support/control-plane/checks.js";
import {
  ACTS,
  calmDown,
  checkModel,
  newModel,
  type Act,
  type Model,
} from "../../support/control-plane/commands.js";
import { makeLab } from "../../support/control-plane/lab.js";

const anyFamilies = fc.constantFrom(...FAMILY_CHOICES);

/** More of them with `--cases`, the same again with `--seed`. */
function runs(usual: number): fc.Parameters<unknown> {
  const [cases, seed] = [process.env["CHAINWALK_CASES"], process.env["CHAINWALK_SEED"]];
  return {
    numRuns: cases === undefined ? usual : Number(cases),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  };
}

it("whatever is done to a cluster, its invariants hold, and it comes to rest as wanted", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string(),
      anyFamilies,
      fc.commands([...ACTS], { maxCommands: 40, size: "max" }),
      async (seed, families, commands) => {
        const real = await makeLab({ seed, settings: settingsFor(families) });
        const model = newModel();
        let revision = real.cluster.api.cache.revision;
        real.cluster.api.cache.subscribe((event) => {
          assert.equal(event.revision, revision + 1, "a revision was left out or used twice");
          ({ revision } = event);
        });
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await calmDown(real);
        checkAlways(real.cluster);
        checkSettled(real.cluster);
        checkRules(real.cluster);
        checkModel(model, real);
      },
    ),
    runs(40),
  );
});

it("a cluster put down in a file and taken up again has the same future", async () => {
  const acts = fc.array(fc.oneof(...ACTS), { minLength: 5, maxLength: 30, size: "max" });
  await fc.assert(
    fc.asyncProperty(
      fc.string(),
      anyFamilies,
      acts,
      acts,
      async (seed, families, before, after) => {
        const settings = settingsFor(families);
        const straight = await makeLab({ seed, settings });
        const broken = await makeLab({ seed, settings });
        const [model, again] = [newModel(), newModel()];
        await runAll(straight, model, before);
        await runAll(broken, again, before);
        const text = await saveSession(broken.cluster, broken.store);
        const taken = (await loadSession(text, "test")).value;
        assert.ok(taken !== undefined);
        await runAll(straight, model, after);
        await runAll(taken, again, after);
        assert.deepEqual(historyOf(taken), historyOf(straight));
      },
    ),
    runs(15),
  );
});

async function runAll(session: Session, model: Model, acts: readonly Act[]): Promise<void> {
  for (const act of acts) if (act.check(model)) await act.run(model, session);
}

/** As JSON, in which what is not there is simply left out. */
function historyOf({ cluster }: Session): unknown {
  const { now, api, journal } = cluster;
  return JSON.parse(JSON.stringify([now, api.cache.revision, journal.entries]));
}
