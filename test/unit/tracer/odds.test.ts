import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress } from "../../../engine/net/ip.js";
import { everyWay } from "../../../tracer/choose/fork.js";
import { endpointsOf, outcomesAt } from "../../../tracer/choose/forced.js";
import { chiSquare, upperTail } from "../../../tracer/odds/chi-square.js";
import {
  addFractions,
  dyadic,
  formatFraction,
  fraction,
  fractionToNumber,
} from "../../../tracer/odds/fraction.js";
import { groupOutcomes, totalOdds } from "../../../tracer/odds/group.js";
import { observe } from "../../../tracer/odds/observe.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { walk, type Outcome } from "../../../tracer/walk/walk.js";
import { EVALUATORS } from "../../support/evaluators.js";
import { address, packet, worldOf } from "../../support/walk.js";

for (const { by, enumerate } of EVALUATORS) {
  const SENT = packet("tcp 10.0.0.7:40000 > 10.96.0.1:80 cni0");

  /** A Service of so many endpoints, as kube-proxy spreads connections over them. */
  function service(count: number): string {
    const jumps = Array.from({ length: count }, (_, index) => {
      const left = count - index;
      const chance = `-m statistic --mode random --probability ${(1 / left).toFixed(10)}`;
      return `SVC ${left === 1 ? "" : chance} -j DNAT --to-destination 10.0.${1 + (index >> 8)}.${index & 255}`;
    });
    return ["PREROUTING -d 10.96.0.1/32 -j SVC", ...jumps].join("\n");
  }

  function odds(outcomes: readonly Outcome[]): readonly (readonly [string, string])[] {
    return outcomes.map(({ path, odds: chance }) => [
      formatAddress(path.last.destination),
      formatFraction(chance),
    ]);
  }

  describe(`exact odds, by ${by}`, () => {
    it("of three endpoints lie on the kernel's grid and add up to 1", () => {
      const world = worldOf({ nat: service(3) });
      const outcomes = enumerate(world, memoryOf(world.host), SENT);
      const grid = 2n ** 31n;
      const third = 715827883n;
      assert.deepEqual(odds(outcomes), [
        ["10.0.1.0", formatFraction(fraction(third, grid))],
        ["10.0.1.1", formatFraction(fraction((grid - third) * (grid / 2n), grid * grid))],
        ["10.0.1.2", formatFraction(fraction((grid - third) * (grid / 2n), grid * grid))],
      ]);
      assert.equal(formatFraction(totalOdds(outcomes)), "1");
    });

    it("of a thousand endpoints add up to exactly 1, each near one in a thousand", () => {
      const world = worldOf({ nat: service(1000) });
      const outcomes = enumerate(world, memoryOf(world.host), SENT);
      assert.equal(outcomes.length, 1000);
      assert.equal(formatFraction(totalOdds(outcomes)), "1");
      for (const { odds: chance } of outcomes) {
        assert.ok(Math.abs(fractionToNumber(chance) - 0.001) < 1e-9);
      }
    });

    it("multiply in nested chains and add up where ways meet", () => {
      const world = worldOf({
        nat: `PREROUTING -m statistic --mode random --probability 0.5 -j A
        PREROUTING -m statistic --mode random --probability 0.5 -j A
        PREROUTING -j DNAT --to-destination 10.0.0.9
        A -m statistic --mode random --probability 0.25 -j DNAT --to-destination 10.0.0.8
        A -j DNAT --to-destination 10.0.0.9`,
      });
      const groups = groupOutcomes(enumerate(world, memoryOf(world.host), SENT));
      const found = groups.map(({ path, odds: chance, ways }) => [
        formatAddress(path.last.destination),
        formatFraction(chance),
        ways.length,
      ]);
      assert.deepEqual(found, [
        ["10.0.0.9", "13/16", 3],
        ["10.0.0.8", "3/16", 2],
      ]);
    });

    it("two rules of probability one half lose a quarter of what they should share out", () => {
      const world = worldOf({
        nat: `PREROUTING -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.0.0.8
        PREROUTING -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.0.0.9`,
      });
      assert.deepEqual(odds(enumerate(world, memoryOf(world.host), SENT)), [
        ["10.0.0.8", "1/2"],
        ["10.0.0.9", "1/4"],
        ["10.96.0.1", "1/4"],
      ]);
    });

    it("affinity leaves the dice out once a client is known", () => {
      const affine = (last: number) =>
        `SVC -m recent --name E${last} --rcheck --seconds 10800 --reap --rsource -j SEP${last}`;
      const draw = (last: number, chance: string) => `SVC ${chance} -j SEP${last}`;
      const endpoint = (last: number) =>
        `SEP${last} -m recent --name E${last} --set --rsource -p tcp -j DNAT --to-destination 10.0.0.${last}`;
      const half = "-m statistic --mode random --probability 0.5";
      const rules = ["PREROUTING -j SVC", affine(8), affine(9), draw(8, half), draw(9, "")];
      const world = worldOf({ nat: [...rules, endpoint(8), endpoint(9)].join("\n") });
      const first = enumerate(world, memoryOf(world.host), SENT);
      assert.deepEqual(
        first.map(({ odds: chance }) => formatFraction(chance)),
        ["1/2", "1/2"],
      );
      for (const { path, memory } of first) {
        const again = enumerate(world, memory, { ...SENT, sourcePort: 40001 });
        assert.deepEqual(odds(again), [[formatAddress(path.last.destination), "1"]]);
      }
    });

    it("of nth rules are shares of their cycle where nobody knows where the counters stand", () => {
      const world = {
        ...worldOf({
          nat: `PREROUTING -m statistic --mode nth --every 3 --packet 0 -j DNAT --to-destination 10.0.0.8
        PREROUTING -m statistic --mode nth --every 2 --packet 0 -j DNAT --to-destination 10.0.0.9
        PREROUTING -j DNAT --to-destination 10.0.0.10`,
        }),
        countersAnywhere: true,
      };
      const first = enumerate(world, memoryOf(world.host), SENT);
      assert.deepEqual(odds(first), [
        ["10.0.0.8", "1/3"],
        ["10.0.0.9", "1/3"],
        ["10.0.0.10", "1/3"],
      ]);
      assert.equal(formatFraction(totalOdds(first)), "1");
      const [hit] = first;
      assert.ok(hit !== undefined);
      const second = enumerate(world, hit.memory, { ...SENT, sourcePort: 40001 });
      assert.deepEqual(odds(second), [
        ["10.0.0.9", "1/2"],
        ["10.0.0.10", "1/2"],
      ]);
      const both = { ...world, host: { ...world.host, nth: new Map([["nat PREROUTING 1", 3]]) } };
      assert.deepEqual(odds(enumerate(both, memoryOf(both.host), SENT)), [["10.0.0.8", "1"]]);
    });

    it("too many ways are told, and their chance is not lost", () => {
      const coin = "FORWARD -m statistic --mode random --probability 0.5 -j MARK --set-xmark 1/1";
      const world = worldOf({ filter: Array.from({ length: 30 }, () => coin).join("\n") });
      const sent = packet("tcp 10.0.0.7:40000 > 203.0.113.9:80 cni0");
      const options = { chooser: everyWay, maxBranches: 500 };
      const outcomes = walk(world, memoryOf(world.host), sent, options);
      assert.ok(outcomes.some(({ path }) => path.verdict === "unknown"));
      assert.equal(formatFraction(totalOdds(outcomes)), "1");
    });
  });

  describe(`a forced endpoint, by ${by}`, () => {
    it("is one of the outcomes, or none", () => {
      const world = worldOf({ nat: service(4) });
      const outcomes = enumerate(world, memoryOf(world.host), SENT);
      const forced = outcomesAt(outcomes, { address: address("10.0.1.2"), port: 80 });
      assert.deepEqual(
        odds(forced).map(([end]) => end),
        ["10.0.1.2"],
      );
      assert.deepEqual(outcomesAt(outcomes, { address: address("10.0.9.9"), port: undefined }), []);
      assert.equal(endpointsOf(outcomes).length, 4);
    });
  });

  describe(`fractions, by ${by}`, () => {
    it("are in lowest terms", () => {
      assert.equal(formatFraction(dyadic(6n << 70n, 75)), "3/16");
      assert.equal(formatFraction(dyadic(0n, 75)), "0");
      assert.equal(formatFraction(addFractions(fraction(1n, 3n), fraction(1n, 6n))), "1/2");
    });

    it("become the nearest double, however long they are", () => {
      assert.equal(fractionToNumber(fraction(1n, 3n)), 1 / 3);
      assert.equal(fractionToNumber(fraction(1n, 2n ** 1000n)), 2 ** -1000);
      const long = 2n ** 40000n;
      assert.equal(fractionToNumber(fraction(long / 4n + 1n, long)), 0.25);
    });
  });

  describe(`chi-square, by ${by}`, () => {
    it("knows the tabled quantiles", () => {
      assert.ok(Math.abs(upperTail(3.841, 1) - 0.05) < 1e-4);
      assert.ok(Math.abs(upperTail(16.919, 9) - 0.05) < 1e-4);
      assert.ok(Math.abs(upperTail(27.877, 9) - 0.001) < 1e-5);
      assert.ok(Math.abs(upperTail(9, 9) - 0.4373) < 1e-4);
      assert.ok(Math.abs(upperTail(1143.917, 1000) - 0.001) < 1e-4);
    });

    it("is 0 for a perfect fit and impossible where nothing was to be expected", () => {
      assert.deepEqual(chiSquare([50, 50], [0.5, 0.5]), { chiSquare: 0, degrees: 1, p: 1 });
      assert.equal(chiSquare([50, 49, 1], [0.5, 0.5, 0]).p, 0);
    });

    it("finds a bad fit", () => {
      assert.ok(chiSquare([600, 400], [0.5, 0.5]).p < 1e-6);
    });

    it("seeded draws fit their exact odds, and the same seed gives the same counts", () => {
      const world = worldOf({ nat: service(7) });
      const drawn = () => observe(world, memoryOf(world.host), SENT, { count: 2000, seed: "7" });
      const { ends, fit } = drawn();
      assert.equal(ends.length, 7);
      assert.equal(
        ends.reduce((sum, { count }) => sum + count, 0),
        2000,
      );
      assert.ok(fit.p > 0.001 && fit.degrees === 6);
      assert.deepEqual(drawn(), { ends, fit });
    });
  });
}
