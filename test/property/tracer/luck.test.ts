import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { PROBABILITY_GRID } from "../../../engine/iptables/probability.js";
import { LOTS, Luck, pickOf } from "../../../tracer/choose/luck.js";
import { seeded } from "../../../tracer/choose/seeded.js";
import { DrawTables } from "../../../tracer/program/plan/draw-tables.js";

/** Ways of 2^31 in which a draw succeeds: of rules as kube-proxy makes them, and of any others. */
const ways = fc.oneof(
  fc.integer({ min: 2, max: 20_000 }).map((n) => Math.round(PROBABILITY_GRID / n)),
  fc.integer({ min: 1, max: PROBABILITY_GRID - 1 }),
  fc.constantFrom(1, 2, PROBABILITY_GRID - 1, PROBABILITY_GRID - 2),
);
const lot = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, LOTS / 2 - 1, LOTS / 2, LOTS - 2, LOTS - 1),
);

describe("a lot decides what is drawn on a packet's way", () => {
  it("each decision as likely as its chance, to 2^-40, whatever was decided before", () => {
    const step = fc.record({ own: ways, holds: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const luck = new Luck();
        for (const { own, holds } of steps) {
          const split = luck.split(own, PROBABILITY_GRID);
          const { low, range } = luck;
          const share = (split - low) / range;
          assert.ok(Math.abs(share - own / PROBABILITY_GRID) <= 2 ** -40);
          assert.ok(split > low && split < low + range, "neither answer is ruled out");
          luck.decided(split, holds);
          assert.ok(luck.low >= 0 && luck.low + luck.range <= LOTS);
        }
      }),
    );
  });

  it("and the same whether it is asked, or known by which lots lead where", () => {
    fc.assert(
      fc.property(lot, fc.array(ways, { minLength: 1, maxLength: 40 }), (own, draws) => {
        const asked = new Luck();
        const known = new Luck();
        for (const draw of draws) {
          const { round } = asked;
          const holds = asked.decide(own, draw, PROBABILITY_GRID);
          const split = known.split(draw, PROBABILITY_GRID);
          if (known.round === 0) assert.equal(holds, own < split);
          known.decided(split, holds);
          assert.deepEqual(asked, known);
          assert.ok(asked.round === round || asked.round === round + 1);
        }
      }),
    );
  });

  it("a pick is one of so many, also of the last lot", () => {
    fc.assert(
      fc.property(lot, fc.integer({ min: 1, max: PROBABILITY_GRID }), (own, count) => {
        const picked = pickOf(own, count);
        assert.ok(Number.isInteger(picked) && picked >= 0 && picked < count);
        const luck = new Luck();
        assert.ok(luck.pick(own, count) < count);
      }),
    );
  });
});

describe("a table of draws", () => {
  const before = fc.array(fc.record({ own: ways, holds: fc.boolean() }), { maxLength: 4 });
  const tables = new DrawTables();

  function firstToSucceed(luck: Luck, draws: readonly number[], own: number): number {
    const found = draws.findIndex((draw) => luck.decide(own, draw, PROBABILITY_GRID));
    return found < 0 ? draws.length : found;
  }

  it("tells which is the first to succeed, as deciding one after the other does", () => {
    const draws = fc.oneof(
      fc.integer({ min: 1, max: 200 }).map(evenly),
      fc.array(ways, { minLength: 1, maxLength: 60 }),
    );
    fc.assert(
      fc.property(draws, fc.array(lot, { minLength: 20, maxLength: 20 }), (own, lots) => {
        const { table, answers } = tables.tableOf(new Luck(), own);
        const edges = [...tables.row.subarray(table, table + 3 * answers + 4)].flatMap((edge) =>
          edge > 0 && edge < LOTS ? [edge - 1, edge, edge + 1] : [],
        );
        for (const each of [...lots, ...edges.filter((edge) => Number.isInteger(edge))]) {
          if (each < 0 || each >= LOTS) continue;
          const expected = firstToSucceed(new Luck(), own, each);
          const told = tables.answerOf(table, answers, each);
          // Behind the last answer fresh lots are taken, for which there is another table.
          assert.equal(told, Math.min(expected, answers - 1));
        }
      }),
    );
  });

  it("also behind what was decided before", () => {
    fc.assert(
      fc.property(
        before,
        fc.array(ways, { minLength: 1, maxLength: 9 }),
        fc.nat(),
        (steps, own, at) => {
          const luck = new Luck();
          for (const step of steps)
            luck.decided(luck.split(step.own, PROBABILITY_GRID), step.holds);
          const start = new Luck();
          start.copyFrom(luck);
          const { table, answers } = tables.tableOf(luck, own);
          // A lot that leads here.
          start.split(own[0] ?? 1, PROBABILITY_GRID);
          if (start.round > 0) return;
          const here = start.low + (at % start.range);
          const expected = firstToSucceed(start, own, here);
          assert.equal(tables.answerOf(table, answers, here), Math.min(expected, answers - 1));
        },
      ),
    );
  });

  it("is the same one for Services of as many endpoints", () => {
    const own = new DrawTables();
    const first = own.tableOf(new Luck(), evenly(9));
    const { size } = own;
    assert.deepEqual(own.tableOf(new Luck(), evenly(9)), first);
    assert.equal(own.size, size);
  });
});

/** As kube-proxy has it for one endpoint more. */
function evenly(draws: number): readonly number[] {
  return Array.from({ length: draws }, (_, at) =>
    Math.round(Number((1 / (draws + 1 - at)).toFixed(10)) * PROBABILITY_GRID),
  );
}

describe("lots of a seed", () => {
  it("are the same one by one, many at once, and by turns", () => {
    const counts = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.string(), counts, (seed, parts) => {
        const single = seeded(seed);
        const many = seeded(seed);
        for (const count of parts) {
          const row = new Float64Array(count);
          many.lots?.(row, count);
          assert.deepEqual(
            [...row],
            Array.from(row, () => single.lot()),
          );
          assert.equal(many.lot(), single.lot());
        }
      }),
      { numRuns: 30 },
    );
  });
});
