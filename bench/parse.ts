import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyRestore } from "../engine/iptables/apply.js";
import { sameRuleset } from "../engine/iptables/canonical.js";
import { ruleCount } from "../engine/iptables/chain-rules.js";
import { decodeText } from "../engine/iptables/decode.js";
import { parseDump } from "../engine/iptables/parse.js";
import { printRuleset } from "../engine/iptables/print.js";
import type { Chain, Ruleset } from "../engine/iptables/types.js";
import { compile } from "../engine/kube-proxy/compile.js";
import { settingsFor } from "../engine/kube-proxy/from-flags.js";
import { checkObjects } from "../engine/kubernetes/read.js";
import { parsedCluster, PROXY } from "./compile.js";
import { scriptArguments } from "./compiled.js";
import { measure } from "./measure.js";
import type { Prepared, PreparedBaseline } from "./types.js";

/** Services of ten endpoints that make about 1,000, 10,000, 100,000 and 320,000 rules. */
export const PARSE_SIZES = [31, 312, 3_125, 10_000] as const;

/**
 * From the file of an `iptables-save` to typed rules, against reading the file and splitting it
 * into lines, and against `iptables-legacy-restore --test`, which reads and checks but loads nothing.
 */
export function prepareParse(services: number, endpoints: number, seed: number): Prepared {
  const ruleset = rulesOf(services, endpoints, seed);
  const text = printRuleset(ruleset, "save");
  const { value, faults } = parseDump(text, { family: 4 });
  const read = value.sections[0]?.ruleset;
  if (faults.length > 0 || read === undefined || !sameRuleset(read, ruleset)) {
    throw new Error("the rules are not read as they were written");
  }
  const folder = mkdtempSync(join(tmpdir(), "chainwalk-bench-"));
  const file = join(folder, "save.rules");
  writeFileSync(file, text);
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const count = countRules(ruleset);
  return {
    work: () => parseFile(file),
    count,
    unit: "rules",
    baselines: [
      {
        name: "reading and a bare line split",
        work: () => readFileSync(file, "utf8").split("\n").length,
        count,
      },
      { name: "the same, and making every rule", work: () => parseFile(file, true), count },
      ...legacyTest(file, count),
    ],
    notes: [speedOf(file, text.length), ...alone(file)],
  };
}

/** From the file to its rules, which are held while they are counted; `makes`: each is made. */
export function parseFile(file: string, makes: boolean = false): number {
  const { value: text = "" } = decodeText(readFileSync(file));
  const [section] = parseDump(text, { family: 4 }).value.sections;
  if (section === undefined) return 0;
  return countRules(section.ruleset, makes ? ({ rules }) => rules.length : ruleCount);
}

/** The file's size, and how much of it is read in a second. */
function speedOf(file: string, bytes: number): string {
  const { medianMs } = measure(() => parseFile(file), { least: 3, budgetMs: 1_000 });
  const megabytes = bytes / 1e6;
  return `${megabytes.toFixed(1)} MB, ${((megabytes / medianMs) * 1_000).toFixed()} MB/s`;
}

/** The memory of a process that does nothing but parse. */
function alone(file: string): readonly string[] {
  const argv = [...scriptArguments("parse-alone"), file];
  const { status, stdout } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  if (status !== 0) throw new Error("the process that only parses failed");
  return [`a process that only parses: ${stdout.trim()}`];
}

/** What a node of such a cluster holds, as the kernel would have it. */
function rulesOf(services: number, endpoints: number, seed: number): Ruleset {
  const { value } = checkObjects(parsedCluster(services, endpoints, seed));
  const { input } = compile(value, settingsFor(PROXY, value).value).value;
  return applyRestore(undefined, input, { noflush: true }).value;
}

function countRules(ruleset: Ruleset, count: (chain: Chain) => number = ruleCount): number {
  let sum = 0;
  for (const { chains } of ruleset.tables.values()) {
    for (const chain of chains.values()) sum += count(chain);
  }
  return sum;
}

/** Nothing where the real tool is not installed or may not be run. */
function legacyTest(file: string, count: number): readonly PreparedBaseline[] {
  const run = () => {
    const input = openSync(file, "r");
    const options = { stdio: [input, "ignore", "ignore"] as const };
    const { status } = spawnSync("unshare", ["--net", "iptables-legacy-restore", "--test"], {
      stdio: [...options.stdio],
    });
    closeSync(input);
    return status;
  };
  if (run() !== 0) return [];
  const timing = measure(run, { least: 1, budgetMs: 5_000 });
  return [{ name: "iptables-legacy-restore --test", work: timing, count }];
}
