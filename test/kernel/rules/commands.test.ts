import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import * as fc from "fast-check";
import { hasErrors } from "../../../engine/errors.js";
import { applyRestore } from "../../../engine/iptables/apply.js";
import { checkRuleset } from "../../../engine/iptables/check.js";
import { lastRuleset, parseDump, parseRestore } from "../../../engine/iptables/parse.js";
import { printRuleset } from "../../../engine/iptables/print.js";
import { commandTrials, type CommandTrial } from "../../support/arbitraries/restore-commands.js";
import { BACKENDS, whyNot, type Backend } from "./real-tools.js";

const SEED = Number(process.env["CHAINWALK_SEED"] ?? 2_718);
const TRIALS = Number(process.env["CHAINWALK_TRIALS"] ?? 400);

interface Result {
  readonly accepted: boolean;
  /** The table afterwards with all counters of rules. */
  readonly saved: string;
}

const SCRIPT = [
  "for at in $(seq 0 $1); do",
  '  "$2" -c < $at.base || exit 1',
  '  if timeout 20 "$2" -c --noflush < $at.text > said 2>&1; then printf +; else printf -; fi',
  '  "$3" -c',
  "  printf '\\001'",
  "done",
].join("\n");

function carriedOut(trials: readonly CommandTrial[], backend: Backend): readonly Result[] {
  const folder = mkdtempSync(join(tmpdir(), "chainwalk-commands-"));
  try {
    trials.forEach(({ base, text }, at) => {
      writeFileSync(join(folder, `${at}.base`), base);
      writeFileSync(join(folder, `${at}.text`), text);
    });
    const tools = ["restore", "save"].map((what) => `iptables-${backend}-${what}`);
    const run = spawnSync(
      "unshare",
      ["--net", "sh", "-c", SCRIPT, "sh", String(trials.length - 1), ...tools],
      { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 },
    );
    assert.equal(run.status, 0, run.stderr);
    return run.stdout
      .split("\u0001")
      .slice(0, -1)
      .map((told) => ({ accepted: told.startsWith("+"), saved: plain(told.slice(1)) }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without banners, and without chains' counters, which the legacy kernel counts by itself. */
function plain(saved: string): string {
  return saved
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replace(/^(:.*) \[.*/, "$1"))
    .join("\n");
}

function carriedOutHere({ base, text }: CommandTrial): Result {
  const before = lastRuleset(parseDump(base, { family: 4 }).value, 4);
  const read = parseRestore(text, { family: 4 });
  const { value: after, faults } = applyRestore(before, read.value, { noflush: true });
  // The lines of the two texts have nothing to do with each other.
  const refused = checkRuleset(after).filter(({ code }) => code !== "jump-before-chain");
  const accepted = !hasErrors([...read.faults, ...faults, ...refused]);
  const left = accepted ? after : before;
  return { accepted, saved: plain(printRuleset(left, "save", { counters: true })) };
}

describe(`commands on a table that is there (seed ${SEED})`, { skip: whyNot() }, () => {
  for (const backend of BACKENDS) {
    it(`are refused, or leave the rules and counters that ${backend} leaves`, (context: TestContext) => {
      const trials = fc.sample(commandTrials(backend), { numRuns: TRIALS, seed: SEED });
      const results = carriedOut(trials, backend);
      assert.equal(results.length, trials.length);
      const accepted = results.filter((result) => result.accepted).length;
      context.diagnostic(`${accepted} of ${trials.length} are accepted`);
      assert.ok(accepted > TRIALS / 10 && accepted < TRIALS, "both kinds are met");
      const wrong = trials.flatMap((trial, at) => {
        const [here, there] = [carriedOutHere(trial), results[at]];
        const isSame = here.accepted === there?.accepted && here.saved === there.saved;
        return isSame ? [] : [{ ...trial, here, there }];
      });
      assert.deepEqual(wrong, []);
    });
  }
});
