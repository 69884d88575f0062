import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { LONG_OPTIONS } from "../../../engine/iptables/parse/base-options.js";
import { parseCommandLine } from "../../../engine/iptables/parse/command-line.js";
import { FaultLog } from "../../../engine/iptables/parse/fault-log.js";
import { SaveLineReader } from "../../../engine/iptables/parse/save-line.js";
import { SaveText } from "../../../engine/iptables/parse/save-text.js";
import type { Rule } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { MATCHES } from "../../../engine/iptables/extensions/matches.js";
import { TARGETS } from "../../../engine/iptables/extensions/targets.js";
import { mutated } from "../../support/mutate.js";
import { ROOT } from "../../support/root.js";
import { RULE_LINES, RULE_LINES_6 } from "../../support/rule-lines.js";

interface AppendedRule {
  readonly chain: string;
  readonly rule: Rule;
}

/** What the general reader makes of the line, if it is one rule to append, without any fault. */
function readGenerally(text: string, number: number, family: Family): AppendedRule | undefined {
  const log = new FaultLog(undefined);
  const { commands } = parseCommandLine({ number, text }, text, family, log);
  const [command] = commands;
  if (command?.verb !== "append" || commands.length > 1 || log.list().length > 0) return undefined;
  return { chain: command.chain, rule: command.rule };
}

/** Holds the two readers equal on the lines of one text; those that the quick one took. */
function takenAlike(lines: readonly string[], family: Family = 4): readonly string[] {
  const quick = new SaveLineReader(new SaveText(lines.join("\n")), family);
  let at = 0;
  return lines.filter((line, index) => {
    const start = at;
    const stop = at + line.length;
    at = stop + 1;
    if (!quick.takes(start, stop)) return false;
    const found = { chain: quick.line.chain, rule: quick.make(start, stop, index + 1) };
    assert.deepEqual(found, readGenerally(line, index + 1, family), line);
    return true;
  });
}

/** The same lines in any order, some again, so that what was read before matters. */
const changedLines = (lines: readonly string[]) =>
  fc.array(fc.oneof(mutated(lines, 2), fc.constantFrom(...lines)), { maxLength: 40 });

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => /^(?:\[|-A )/.test(line));
}

/** What kube-proxy writes for the project's cases of this family. */
function kubeProxyLines(family: Family): readonly string[] {
  const cases = join(ROOT, "test", "golden", "kube-proxy", "cases");
  return readdirSync(cases, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("expected.iptables"))
    .map((name) => readFileSync(join(cases, name), "utf8"))
    .filter((text) => text.includes("::") === (family === 6))
    .flatMap(linesOf)
    .filter((line) => !ODD_ADDRESS.test(line));
}

/** In a spelling that kube-proxy was given and hands on: capitals, zeros that could be left out. */
const ODD_ADDRESS = / (?:-[sd]|--to-destination) \S*(?:[A-F]|:0[\da-f]|:0:0|\.0\d)/;

/** Rule lines of all files below a folder of the reference material. */
function sharedLines(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && /\.(?:rules|txt|save|iptables)$/.test(file.name))
    .flatMap((file) => linesOf(readFileSync(join(file.parentPath, file.name), "utf8")));
}

describe("the quick reader of save lines", () => {
  it("agrees with the general one on every rule that kube-proxy and people write", () => {
    const taken = takenAlike(RULE_LINES);
    assert.ok(taken.length >= 16, `only ${taken.length} lines were taken`);
  });

  it("agrees with it on changed lines, whatever it read before", () => {
    let taken = 0;
    fc.assert(
      fc.property(changedLines(RULE_LINES), (lines) => {
        taken += takenAlike(lines).length;
      }),
      { numRuns: 600 },
    );
    assert.ok(taken > 1_000, `only ${taken} lines were taken`);
  });

  it("agrees with it in IPv6 too", () => {
    let taken = 0;
    fc.assert(
      fc.property(changedLines(RULE_LINES_6), (lines) => {
        taken += takenAlike(lines, 6).length;
      }),
      { numRuns: 600 },
    );
    assert.ok(taken > 1_000, `only ${taken} lines were taken`);
  });

  it("takes every line of a save", () => {
    const file = join(ROOT, "test", "golden", "iptables", "saved.rules");
    const lines = linesOf(readFileSync(file, "utf8"));
    assert.ok(lines.length > 50);
    assert.deepEqual(takenAlike(lines), lines);
    const counted = lines.map((line, at) => `[${at}:${at * 84}] ${line}`);
    assert.deepEqual(takenAlike(counted), counted);
  });

  for (const family of [4, 6] as const) {
    it(`takes every line that kube-proxy itself writes for IPv${family}`, () => {
      const lines = kubeProxyLines(family);
      assert.ok(lines.length > 40);
      const taken = new Set(takenAlike(lines, family));
      assert.deepEqual(lines.filter((line) => !taken.has(line)).slice(0, 9), []);
    });
  }

  for (const folder of ["corpus", "kube-proxy"]) {
    const shared = join(ROOT, "..", "shared", folder);
    const skip = existsSync(shared) ? false : `no reference material in ${shared}`;
    it(`agrees with it on all rules of the reference material: ${folder}`, { skip }, () => {
      const lines = sharedLines(shared);
      const taken = takenAlike(lines).length;
      assert.ok(taken > 0.6 * lines.length, `${taken} of ${lines.length} lines were taken`);
      takenAlike(lines, 6);
    });
  }

  it("rests on no extension having an option with the full name of a base option", () => {
    for (const { name, options } of [...MATCHES, ...TARGETS]) {
      for (const { flag, aliases, also } of Object.values(options)) {
        const clash = [flag, ...aliases, ...Object.keys(also)].filter((each) =>
          LONG_OPTIONS.has(each),
        );
        assert.deepEqual(clash, [], name);
      }
    }
  });
});
