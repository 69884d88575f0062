/**
 * Runs the test suites and fails when none ran: `tsx test/run.ts [SUITE...] [--cases N] [--seed N]
 * [-- NODE-TEST-OPTIONS]`. A suite is a folder of `test/`; without a name, all that need neither root
 * nor a packed install. `--cases` and `--seed` are for the packets of the kernel suite.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");
const separate = new Set(["kernel", "package", "support"]);
const split = process.argv.indexOf("--");
const { values, positionals: names } = parseArgs({
  args: process.argv.slice(2, split < 0 ? undefined : split),
  options: { cases: { type: "string" }, seed: { type: "string" } },
  allowPositionals: true,
});
const passedOn = split < 0 ? [] : process.argv.slice(split + 1);

const suites = names.length > 0 ? names : foldersOf("test").filter((name) => !separate.has(name));
const files = suites.flatMap((suite) => testFilesOf(join("test", suite)));
const folder = mkdtempSync(join(tmpdir(), "chainwalk-test-"));
const report = join(folder, "report.tap");
const run = spawnSync(
  process.execPath,
  [
    "--import=tsx",
    "--test",
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=tap",
    `--test-reporter-destination=${report}`,
    ...passedOn,
    ...files,
  ],
  { cwd: root, stdio: "inherit", env: { ...process.env, ...kernelSettings() } },
);
const summary = readFileSync(report, "utf8");
rmSync(folder, { recursive: true });
const [passed, failed, skipped] = ["pass", "fail", "skipped"].map(countOf);
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
if (files.length === 0 || passed === 0) {
  process.stderr.write(`no test ran in ${suites.join(", ")}\n`);
  process.exitCode = 1;
} else {
  process.exitCode = run.status ?? 1;
}

function kernelSettings(): Readonly<Record<string, string>> {
  const { cases, seed } = values;
  return {
    ...(cases === undefined ? {} : { CHAINWALK_CASES: cases }),
    ...(seed === undefined ? {} : { CHAINWALK_SEED: seed }),
  };
}

/** Of the run's last lines (`# pass 12`); nested tests print none of these. */
function countOf(outcome: string): number {
  return Number(new RegExp(`^# ${outcome} (\\d+)$`, "m").exec(summary)?.[1] ?? 0);
}

function foldersOf(path: string): string[] {
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function testFilesOf(path: string): string[] {
  return readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(path, name))
    .sort();
}
