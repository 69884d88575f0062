import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseDump } from "../../../engine/iptables/parse.js";
import { printRuleset } from "../../../engine/iptables/print.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import { drawerOf, programDrawer } from "../../../tracer/jobs/count.js";
import { packWorld, unpackWorld } from "../../../tracer/jobs/world.js";
import { endsOf, wayKey } from "../../../tracer/odds/ends.js";
import { walkUnit } from "../../../tracer/odds/observe.js";
import { linkProgram, programOf } from "../../../tracer/program/link.js";
import { linkRules } from "../../../tracer/walk/link.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { enumerate } from "../../../tracer/walk/walk.js";
import { makeWorld } from "../../../tracer/walk/world.js";
import { caseArbitrary } from "../../support/program/cases.js";

const RUNS = Number(process.env["CHAINWALK_CASES"] ?? 300);

describe("connections drawn from one packet", () => {
  for (const family of [4, 6] as const) {
    it(`end as often here or there by the program as by the reference walk (IPv${family})`, () => {
      let byProgram = 0;
      fc.assert(
        fc.property(caseArbitrary(family), fc.integer({ min: 1, max: 60 }), (sample, count) => {
          const { ruleset, host, seed } = sample;
          const world = makeWorld({ rules: [linkRules(ruleset)], host });
          const memory = memoryOf(host);
          const program = linkProgram(ruleset, host);
          for (const packet of sample.packets.slice(0, 4)) {
            const ends = endsOf(enumerate(world, memory, packet));
            const walked = walkUnit(world, memory, packet, ends, { count, seed });
            const { draw } = drawerOf(program, packet);
            assert.deepEqual(draw({ count, seed }), walked);
            if (programDrawer(program, packet, ends) !== undefined) byProgram++;
            if (ends.groups.every(({ path }) => path.conditions.length === 0)) {
              assert.equal(
                walked.reduce((sum, drawn) => sum + drawn, 0),
                count,
              );
            }
          }
        }),
        { numRuns: RUNS },
      );
      assert.ok(byProgram > RUNS / 2, `the program counted only ${byProgram} times`);
    });
  }
});

/** Generated rules as a dump of them holds them; some are spelled as no tool would. */
function asRead(ruleset: Ruleset): Ruleset {
  const { family } = ruleset;
  const { sections } = parseDump(printRuleset(ruleset, "save"), { family }).value;
  return sections[0]?.ruleset ?? ruleset;
}

describe("a world that goes to another thread", () => {
  for (const family of [4, 6] as const) {
    it(`is the same world there (IPv${family})`, () => {
      fc.assert(
        fc.property(caseArbitrary(family), ({ ruleset, host, packets }) => {
          const world = makeWorld({
            rules: [linkRules(asRead(ruleset))],
            host,
            countersAnywhere: true,
          });
          const there = unpackWorld(structuredClone(packWorld(world)));
          const program = programOf(there);
          const memory = memoryOf(host);
          for (const packet of packets) {
            const ways = enumerate(world, memory, packet).map(wayKey);
            assert.deepEqual(enumerate(there, memoryOf(there.host), packet).map(wayKey), ways);
            assert.deepEqual(enumerate(program.world, program.memory, packet).map(wayKey), ways);
          }
        }),
        { numRuns: RUNS },
      );
    });
  }
});
