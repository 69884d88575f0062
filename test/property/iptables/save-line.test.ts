import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { LONG_OPTIONS } from "../../../engine/iptables/parse/base-options.js";
import { parseCommandLine } from "../../../engine/iptables/parse/command-line.js";
import { FaultLog } from "../../../engine/iptables/parse/fault-log.js";
import { SaveLineReader, type AppendedRule } from "../../../engine/iptables/parse/save-line.js";
import { MATCHES } from "../../../engine/iptables/extensions/matches.js";
import { TARGETS } from "../../../engine/iptables/extensions/targets.js";
import { mutated } from "../../support/mutate.js";
import { ROOT } from "../../support/root.js";
import { RULE_LINES } from "../../support/rule-lines.js";

/** What the general reader makes of the line, if it is one rule to append, without any fault. */
function readGenerally(text: string, family: 4 | 6): AppendedRule | undefined {
  const log = new FaultLog(undefined);
  const { commands } = parseCommandLine({ number: 1, text }, text, family, log);
  const [command] = commands;
  if (command?.verb !== "append" || commands.length > 1 || log.list().length > 0) return undefined;
  return { chain: command.chain, rule: command.rule };
}

/** Holds the two readers equal on a line, and tells whether the quick one took it. */
function compare(text: string, quick: SaveLineReader, family: 4 | 6 = 4): boolean {
  const found = quick.read({ number: 1, text });
  if (found === undefined) return false;
  assert.deepEqual(found, readGenerally(text, family), text);
  return true;
}

describe("the quick reader of save lines", () => {
  it("agrees with the general one on every rule that kube-proxy and people write", () => {
    const quick = new SaveLineReader(4);
    const taken = RULE_LINES.filter((line) => compare(line, quick));
    assert.ok(taken.length >= 14, `only ${taken.length} lines were taken`);
  });

  it("agrees with it on changed lines, whatever it read before", () => {
    const quick = new SaveLineReader(4);
    let taken = 0;
    fc.assert(
      fc.property(mutated(RULE_LINES), (line) => {
        if (compare(line, quick)) taken++;
      }),
      { numRuns: 4_000 },
    );
    assert.ok(taken > 400, `only ${taken} of 4,000 lines were taken`);
  });

  it("agrees with it in IPv6 too", () => {
    const quick = new SaveLineReader(6);
    fc.assert(
      fc.property(mutated(RULE_LINES), (line) => {
        compare(line, quick, 6);
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes nearly every line of a save", () => {
    const file = join(ROOT, "test", "golden", "iptables", "saved.rules");
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("-A "));
    const quick = new SaveLineReader(4);
    assert.ok(lines.length > 50);
    assert.deepEqual(
      lines.filter((line) => !compare(line, quick)),
      [],
    );
  });

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
