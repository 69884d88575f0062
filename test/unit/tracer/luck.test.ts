import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PROBABILITY_GRID } from "../../../engine/iptables/probability.js";
import { lotOfRound, LOTS, Luck } from "../../../tracer/choose/luck.js";
import { seeded } from "../../../tracer/choose/seeded.js";
import { chiSquare } from "../../../tracer/odds/chi-square.js";

/** With a fixed seed these come out the same every time; a generator that is not even fails by far. */
const LEAST_P = 0.001;
const DRAWN = 200_000;
const HALF = PROBABILITY_GRID / 2;

function assertEven(cells: readonly number[]): void {
  const { p } = chiSquare(
    cells,
    cells.map(() => 1 / cells.length),
  );
  assert.ok(p > LEAST_P, `p = ${p} of ${cells.join(" ")}`);
}

function counted(cells: number, numbers: Iterable<number>): number[] {
  const counts = Array.from({ length: cells }, () => 0);
  for (const number of numbers) counts[number] = (counts[number] ?? 0) + 1;
  return counts;
}

function assertEvenBits(lots: Float64Array): void {
  const upper = lots.map((lot) => Math.floor((lot / LOTS) * 64));
  const lower = lots.map((lot) => lot % 64);
  for (const bits of [upper, lower]) assertEven(counted(64, bits));
}

function lotsOf(seed: string, count = DRAWN): Float64Array {
  const lots = new Float64Array(count);
  seeded(seed).lots?.(lots, count);
  return lots;
}

describe("lots of a seed", () => {
  it("are even, in their upper and in their lower bits", () => {
    assertEvenBits(lotsOf("even"));
  });

  it("tell nothing of the next one", () => {
    const lots = lotsOf("pairs").map((lot) => Math.floor((lot / LOTS) * 16));
    assertEven(
      counted(
        256,
        lots.subarray(1).map((lot, at) => lot * 16 + (lots[at] ?? 0)),
      ),
    );
  });
});

describe("fresh lots", () => {
  it("are even whatever the first one was, though all of these lie close together", () => {
    for (const round of [1, 2, 3]) {
      for (const first of [0, LOTS / 3, LOTS - DRAWN]) {
        const fresh = new Float64Array(DRAWN).map((_, at) =>
          lotOfRound(Math.floor(first) + at, round),
        );
        assertEvenBits(fresh);
      }
    }
  });

  it("of two rounds tell nothing of each other", () => {
    const pairs = lotsOf("rounds").map((lot) => {
      const [one, two] = [1, 2].map((round) => Math.floor((lotOfRound(lot, round) / LOTS) * 16));
      return (one ?? 0) * 16 + (two ?? 0);
    });
    assertEven(counted(256, pairs));
  });
});

describe("what one lot decides", () => {
  it("is as often yes as no, draw after draw, long after the first lots are used up", () => {
    const luck = new Luck();
    const decided = Array.from({ length: 200 }, () => 0);
    const together = [0, 0, 0, 0];
    const lots = lotsOf("long", 20_000);
    for (const lot of lots) {
      luck.restart();
      let before = 0;
      for (const at of decided.keys()) {
        const holds = luck.decide(lot, HALF, PROBABILITY_GRID) ? 1 : 0;
        decided[at] = (decided[at] ?? 0) + holds;
        together[before * 2 + holds] = (together[before * 2 + holds] ?? 0) + 1;
        before = holds;
      }
    }
    for (const yes of decided)
      assert.ok(Math.abs(yes - lots.length / 2) < 5 * Math.sqrt(lots.length / 4));
    assert.ok(luck.round > 10);
    const all = lots.length * (decided.length - 1);
    // What was before does not tell: yes after yes is as frequent as yes after no.
    assert.ok(Math.abs((together[3] ?? 0) - all / 4) < 5 * Math.sqrt(all * (3 / 16)));
  });
});
