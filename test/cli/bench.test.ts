import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CHAINWALK, type Subject } from "../../bench/inputs/subject.js";
import { readReport } from "../../bench/read-report.js";
import { run } from "../../bench/run.js";
import { PHASE_NAMES } from "../../bench/types.js";
import { FAULTS_OF_ONE, FORGETFUL_SYNC } from "../support/bench-faults.js";

const folder = mkdtempSync(join(tmpdir(), "chainwalk-test-bench-"));
after(() => rmSync(folder, { recursive: true }));

async function bench(line: string, subject: Subject = CHAINWALK) {
  let out = "";
  let err = "";
  const code = await run(
    line.split(" ").filter((word) => word !== ""),
    {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      cwd: folder,
    },
    subject,
  );
  return { code, out, err };
}

/** The kernel has a suite of its own. */
const TIMED = PHASE_NAMES.filter((name) => name !== "kernel");

describe("a run of the benchmarks", () => {
  it("proves the properties, times every phase and writes what it saw", async () => {
    const line = `--quick --sizes 10 --endpoints 3 --seed 7 --phases ${TIMED.join(",")} --json report.json`;
    const { code, out, err } = await bench(line);
    assert.equal(code, 0, err);
    assert.match(out, /^proved: program = walk, odds sum to one, balance, /m);
    assert.match(err, /^timing batch on 10 Services x 3 endpoints \(8 of 11\)$/m);
    const report = readReport(readFileSync(join(folder, "report.json"), "utf8"));
    assert.equal(report.seed, 7);
    assert.equal(report.node, process.version);
    assert.deepEqual(
      report.results.map(({ phase }) => phase),
      TIMED,
    );
    for (const result of report.results) {
      const { phase, services, endpoints, rounds, rate, baselines } = result;
      assert.ok(out.includes(`\n${phase}: `), phase);
      assert.deepEqual([services, endpoints], [10, 3]);
      assert.ok(rounds >= 3 && rate > 0 && result.peak_mb > 10, phase);
      assert.ok(result.min_ms <= result.median_ms && result.median_ms <= result.max_ms, phase);
      assert.ok(baselines.length > 0, phase);
      for (const { name, ratio, rate: other } of baselines) {
        assert.ok(Math.abs(ratio / (rate / other) - 1) < 1e-9, name);
        assert.ok(out.includes(name), name);
      }
    }
  });

  it("shows what changed by more than five percent since an earlier one, of the same seed", async () => {
    const line = "--quick --sizes 10 --phases print";
    assert.equal((await bench(`${line} --json now.json`)).code, 0);
    const report = readReport(readFileSync(join(folder, "now.json"), "utf8"));
    const results = report.results.map((result) => ({
      ...result,
      median_ms: result.median_ms / 1_000,
      max_ms: result.max_ms / 1_000,
    }));
    writeFileSync(join(folder, "before.json"), JSON.stringify({ ...report, results }));
    const { code, out } = await bench(`${line} --compare before.json`);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`; seed ${report.seed}$`, "m"));
    assert.match(
      out,
      /^Changed by more than 5 % since before\.json\n {2}print, 10 Services x 10 /m,
    );
  });
});

describe("a planted fault", () => {
  for (const [property, subject] of Object.entries(FAULTS_OF_ONE)) {
    it(`in one Service of many is found by "${property}", shrunk to it, and nothing is timed`, async () => {
      const { code, out, err } = await bench(
        "--quick --phases print --sizes 40 --endpoints 3 --seed 1",
        subject,
      );
      assert.equal(code, 1);
      assert.match(
        out,
        new RegExp(`nothing was timed: ${property.replaceAll(/[()]/g, "\\$&")}$`, "m"),
      );
      assert.match(out, /On 40 Services x 3 endpoints, seed 1; .* down to 2 objects\./);
      assert.match(out, /"name":"svc-7"/);
      assert.match(out, /^Again: npm run bench -- --seed 1 --sizes 40 --endpoints 3$/m);
      assert.doesNotMatch(err, /^timing/m);
    });
  }

  it("that small clusters show is shrunk by fast-check, and nothing is timed", async () => {
    const { code, out, err } = await bench(
      "--quick --phases print --sizes 40 --seed 1",
      FORGETFUL_SYNC,
    );
    assert.equal(code, 1);
    assert.match(out, /nothing was timed: full = incremental$/m);
    assert.match(out, /On small clusters of every feature, seed 1; fast-check shrank it /);
    assert.doesNotMatch(err, /^timing|on 40 Services/m);
  });
});

describe("a wrong command line", () => {
  const wrong: readonly (readonly [line: string, code: number, told: RegExp])[] = [
    ["--phases batch,bach", 2, /There is no phase "bach"; there are read, /],
    ["--sizes 100,many", 2, /"many" is no whole number from 1 to 200000\./],
    ["--sizes 0", 2, /"0" is no whole number/],
    ["--seed -1", 2, /"-1" is no whole number/],
    ["--endpoints 1.5", 2, /"1\.5" is no whole number/],
    ["--sizes 200000 --endpoints 100000", 2, /more than 16,000,000 endpoints/],
    ["--fast", 2, /unknown option '--fast'/],
    ["batch", 2, /too many arguments/],
    ["--compare nowhere.json", 3, /nowhere\.json: no such file or folder/],
    ["--json no/such/folder.json", 3, /no\/such\/folder\.json: no such file or folder/],
    ["--json .", 3, /\.: is a folder/],
    ["--compare broken.json", 3, /broken\.json: not JSON/],
    ["--compare other.json", 3, /other\.json: machine must be an object/],
  ];
  for (const [line, code, told] of wrong) {
    it(`is refused before anything runs: ${line}`, async () => {
      writeFileSync(join(folder, "broken.json"), '{"machine"');
      writeFileSync(join(folder, "other.json"), "{}");
      const refused = await bench(line);
      assert.equal(refused.code, code);
      assert.match(refused.err, told);
      assert.doesNotMatch(refused.err, /^proving|^ {4}at /m);
    });
  }

  it("is helped", async () => {
    const { code, out } = await bench("--help");
    assert.equal(code, 0);
    for (const option of ["--phases", "--sizes", "--seed", "--endpoints", "--quick", "--compare"]) {
      assert.ok(out.includes(option), option);
    }
  });
});
