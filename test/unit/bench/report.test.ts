import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareReports } from "../../../bench/compare.js";
import { measure } from "../../../bench/measure.js";
import { readReport } from "../../../bench/read-report.js";
import { withFigures } from "../../../bench/report/markdown.js";
import { verdictsOf } from "../../../bench/report/targets.js";
import { duration, rateText, ratioText, sizeText } from "../../../bench/report/words.js";
import type { BenchReport, Result } from "../../../bench/types.js";

function result(parts: Partial<Result>): Result {
  const whole: Result = {
    phase: "batch",
    services: 10_000,
    endpoints: 10,
    median_ms: 10,
    min_ms: 9,
    max_ms: 12,
    rounds: 5,
    cpu_ms: 10,
    rate: 5e6,
    unit: "new connections",
    peak_mb: 300,
    baselines: [],
    notes: [],
  };
  return { ...whole, ...parts };
}

function report(...results: readonly Result[]): BenchReport {
  const machine = { cpu: "a processor", cores: 2, memoryGiB: 8, system: "Linux 6.1" };
  return { machine, node: "v20.12.0", seed: 1, results };
}

describe("two reports", () => {
  it("differ where a median moved by more than five percent, the worst first", () => {
    const sizes = [100, 1_000, 10_000, 30_000];
    const before = sizes.map((services) => result({ services }));
    const medians = [10.4, 20, 9.6, 5];
    const after = before.map((old, at) => ({ ...old, median_ms: medians[at] ?? 0 }));
    const changes = compareReports(report(...before), report(...after));
    assert.deepEqual(
      changes.map(({ services, change }) => [services, change]),
      [
        [1_000, 1],
        [30_000, -0.5],
      ],
    );
  });

  it("differ for certain where no round of one was as fast or slow as one of the other", () => {
    const slower = (parts: Partial<Result>) =>
      compareReports(report(result({})), report(result({ median_ms: 20, ...parts })))[0]?.certain;
    assert.equal(slower({ min_ms: 15, max_ms: 25 }), true);
    assert.equal(slower({ min_ms: 11, max_ms: 25 }), false);
  });

  it("are only compared where both have the phase at that size", () => {
    const after = [
      result({ services: 5, median_ms: 99 }),
      result({ phase: "link", median_ms: 99 }),
    ];
    assert.deepEqual(compareReports(report(result({})), report(...after)), []);
  });
});

describe("an aim", () => {
  const seen = (...results: readonly Result[]) =>
    verdictsOf(results).map(({ target, met, seen: told }) => `${target} | ${met} | ${told}`);

  it("that is missed tells by how much", () => {
    assert.deepEqual(seen(result({ rate: 5e6 })), [
      "batch, 10,000 Services x 10 endpoints: 10 M/s | false | 5.00 M/s, 2.00 times too slow",
    ]);
  });

  it("that is met tells the figure", () => {
    const small = result({ services: 100, rate: 18e6 });
    assert.deepEqual(seen(result({ rate: 12e6 }), small), [
      "batch, 10,000 Services x 10 endpoints: 10 M/s | true | 12.0 M/s",
      "batch, at most 2 times slower than at 100 Services | true | 1.50 times",
    ]);
  });

  it("is left out where the run has no figure for it", () => {
    assert.deepEqual(seen(result({ phase: "read" }), result({ services: 99 })), []);
  });

  it("about parsing takes the speed beside two others, and the memory", () => {
    const baseline = (name: string, ratio: number) => ({ name, ratio, median_ms: 1, rate: 1 });
    const baselines = [
      baseline("iptables-legacy-restore --test", 12),
      baseline("reading and a bare line split", 0.125),
    ];
    assert.deepEqual(seen(result({ phase: "parse", baselines })), [
      "parsing 320,000 rules: 10 times legacy --test | true | 12.0 times",
      "parsing 320,000 rules: within 6 times a line split | false | 8.00 times, 1.33 times too much",
      "parsing 320,000 rules: under 1 GB | true | 300 MB",
    ]);
  });

  it("about the kernel takes what its rules add to a connection", () => {
    const baselines = [
      { name: "legacy, what the rules add to a connection", median_ms: 200, rate: 1e4, ratio: 1 },
      { name: "our batch, all to the last Service", median_ms: 1, rate: 8e6, ratio: 1 },
    ];
    assert.deepEqual(seen(result({ phase: "kernel", baselines })), [
      "batch, 500 times what the legacy scan adds | true | 800 times",
    ]);
  });
});

describe("figures in the README", () => {
  it("stand between their marks, and stay when they are put there again", () => {
    const text = "before\n\n<!-- figures -->\nold\n<!-- /figures -->\n\nafter\n";
    const made = withFigures(text, report(result({ notes: ["320,000 rules"] })));
    assert.match(made, /^before\n\n<!-- figures -->\n\na processor, 2 cores, 8 GiB, Linux 6\.1/);
    assert.match(
      made,
      /\| batch \| 10,000 Services x 10 endpoints \| 10\.0 ms \(9\.00 ms to 12\.0 ms\) \|/,
    );
    assert.match(made, /320,000 rules \|\n\n<!-- \/figures -->\n\nafter\n$/);
    assert.doesNotMatch(made, /old/);
    assert.equal(withFigures(made, report(result({ notes: ["320,000 rules"] }))), made);
  });
});

describe("words", () => {
  it("have three figures and a unit that fits", () => {
    assert.deepEqual([61_300, 1_240, 318, 4.2, 0.0042, 0.0000613].map(duration), [
      "61.3 s",
      "1.24 s",
      "318 ms",
      "4.20 ms",
      "4.20 us",
      "61.3 ns",
    ]);
    assert.deepEqual([12.44e6, 9_996, 7].map(rateText), ["12.4 M/s", "10.0 k/s", "7.00 /s"]);
    assert.equal(ratioText(0.25), "4.00 times slower than");
    assert.equal(ratioText(1_234.5), "1,235 times faster than");
    assert.equal(sizeText({ services: 1, endpoints: 1_000 }), "1 Service x 1,000 endpoints");
  });
});

describe("a report that was written", () => {
  it("is read back as it was", () => {
    const baselines = [{ name: "a line split", median_ms: 1, rate: 2, ratio: 3 }];
    const written = report(result({ baselines, notes: ["45 MB"] }));
    assert.deepEqual(readReport(JSON.stringify(written)), written);
  });

  it("needs no more than what two reports are compared by", () => {
    const { rounds: _rounds, cpu_ms: _cpu, peak_mb: _peak, notes: _notes, ...least } = result({});
    const [read] = readReport(JSON.stringify({ ...report(), results: [least] })).results;
    assert.deepEqual(read, result({ rounds: 1, peak_mb: 0 }));
  });

  it("is refused in one sentence where something is not as it should be", () => {
    const broken = { ...report(), results: [{ ...result({}), rate: "fast" }] };
    assert.throws(() => readReport(JSON.stringify(broken)), /^TypeError: rate must be a number$/);
    assert.throws(() => readReport("[]"), /a benchmark report must be an object/);
  });
});

describe("a measurement", () => {
  it("takes three rounds at the least, where it was not asked for fewer", () => {
    let calls = 0;
    const { medianMs, minMs, maxMs, rounds } = measure(() => calls++, { least: 9, budgetMs: 0 });
    assert.equal(rounds, 3);
    assert.ok(calls > 3 && minMs > 0 && minMs <= medianMs && medianMs <= maxMs);
    assert.equal(measure(() => calls++, { least: 1, budgetMs: 0 }).rounds, 1);
  });
});
