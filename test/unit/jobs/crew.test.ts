import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countEnds } from "../../../tracer/jobs/count-ends.js";
import { hireCrew, type Crew } from "../../../tracer/jobs/crew.js";
import { jobsThatPay } from "../../../tracer/jobs/jobs-that-pay.js";
import { DRAWS_PER_UNIT, drawUnits } from "../../../tracer/odds/draw-units.js";
import { endsOf } from "../../../tracer/odds/ends.js";
import { observation } from "../../../tracer/odds/observe.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { enumerate } from "../../../tracer/walk/walk.js";
import type { World } from "../../../tracer/walk/world.js";
import { packet, worldOf } from "../../support/walk.js";

const SENT = packet("tcp 10.0.0.7:40000 > 10.96.0.1:80 cni0");
const NEVER = new AbortController().signal;

const SERVICE = worldOf({
  nat: `PREROUTING -d 10.96.0.1/32 -j SVC
        SVC -m statistic --mode random --probability 0.3333333333 -j DNAT --to-destination 10.0.0.8
        SVC -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.0.0.9
        SVC -j DNAT --to-destination 198.51.100.9
        POSTROUTING -o eth0 -j MASQUERADE --random-fully`,
});

async function drawn(world: World, jobs: number, count: number): Promise<readonly number[]> {
  const crew = await hireCrew(world, jobs, NEVER);
  try {
    return await countEnds(crew, SENT, { count, seed: "7" });
  } finally {
    await crew.leave();
  }
}

describe("draws in units", () => {
  it("are the seed's own draws while one unit holds them", () => {
    assert.deepEqual(drawUnits(DRAWS_PER_UNIT, "a"), [{ count: DRAWS_PER_UNIT, seed: "a" }]);
  });

  it("have a seed a unit and lose none", () => {
    const units = drawUnits(2 * DRAWS_PER_UNIT + 5, "a");
    assert.deepEqual(
      units.map(({ count }) => count),
      [DRAWS_PER_UNIT, DRAWS_PER_UNIT, 5],
    );
    assert.equal(new Set(units.map(({ seed }) => seed)).size, 3);
  });
});

describe("a crew", () => {
  it("counts the same with one thread and with three, and what it counts fits the odds", async () => {
    const count = 5 * DRAWS_PER_UNIT + 17;
    const alone = await drawn(SERVICE, 1, count);
    assert.deepEqual(await drawn(SERVICE, 3, count), alone);
    assert.equal(
      alone.reduce((sum, one) => sum + one, 0),
      count,
    );
    const ends = endsOf(enumerate(SERVICE, memoryOf(SERVICE.host), SENT));
    const { fit } = observation(ends, alone);
    assert.ok(fit.degrees === 2 && fit.p > 0.001, JSON.stringify({ alone, fit }));
  });

  it("stops when it is told to, with any number of threads", async () => {
    for (const jobs of [1, 2]) {
      const stop = new AbortController();
      const crew = await hireCrew(SERVICE, jobs, stop.signal);
      const work = countEnds(crew, SENT, { count: 1e9, seed: "7" });
      setTimeout(() => stop.abort(), 20);
      await assert.rejects(work, { name: "AbortError" });
      await crew.leave();
    }
  });

  it("tells when a thread fails", async () => {
    const crew = await hireCrew(SERVICE, 2, NEVER);
    const broken = Object.assign({}, SENT, { source: undefined });
    await assert.rejects(crew.do({ kind: "cells", packets: [broken] }));
    const [cell] = await answer(crew.do({ kind: "cells", packets: [SENT] }));
    assert.equal(cell?.length, 3);
    await crew.leave();
  });
});

async function answer(asked: ReturnType<Crew["do"]>) {
  const given = await asked;
  return given.kind === "cells" ? given.cells : [];
}

describe("as many threads as pay", () => {
  it("are all cores for long work, and the caller's own for short work or one core", () => {
    assert.equal(jobsThatPay(60_000, SERVICE.rules, 8), 8);
    assert.equal(jobsThatPay(100, SERVICE.rules, 8), 1);
    assert.equal(jobsThatPay(60_000, SERVICE.rules, 1), 1);
  });
});
