import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { sameRuleset } from "../../../engine/iptables/canonical.js";
import { parseDump, type Dump } from "../../../engine/iptables/parse.js";
import { printRuleset } from "../../../engine/iptables/print.js";
import type { Rule } from "../../../engine/iptables/types.js";
import { SHARED, skipWithout } from "../../support/root.js";

const CORPUS = join(SHARED, "corpus");
const files = existsSync(CORPUS)
  ? readdirSync(CORPUS).filter((name) => name.endsWith(".rules"))
  : [];

/** Real dumps from public places, read where they lie. */
describe("every real dump", { skip: skipWithout(CORPUS) }, () => {
  it("is there", () => {
    assert.equal(files.length, 84);
  });

  for (const file of files) {
    describe(file, () => {
      const text = readFileSync(join(CORPUS, file), "utf8");
      const { value: dump, faults } = parseDump(text, { file });

      it("loses no rule", () => {
        const written = text.match(/^(?:\[\d+:\d+\] )?-[AI] /gm) ?? [];
        assert.equal(rulesOf(dump).length, written.length);
      });

      it("keeps each rule's own words, at its line", () => {
        const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
        for (const { origin } of rulesOf(dump)) {
          assert.ok(origin.kind === "source");
          const [first] = origin.text.split("\n");
          assert.equal(first, lines[origin.line - 1]);
        }
      });

      it("printed as a save and read again means the same, and prints the same", () => {
        for (const { ruleset, family } of dump.sections) {
          const printed = printRuleset(ruleset, "save");
          const again = parseDump(printed, { family }).value.sections[0]?.ruleset;
          if (again === undefined) assert.equal(printed, "");
          else {
            assert.ok(sameRuleset(ruleset, again));
            assert.equal(printRuleset(again, "save"), printed);
          }
        }
      });

      it("has its faults told with their places", () => {
        for (const { at, message } of faults) {
          assert.equal(at.file, file);
          assert.ok(at.line !== undefined && at.column !== undefined, message);
        }
      });
    });
  }
});

function rulesOf(dump: Dump): readonly Rule[] {
  return dump.sections.flatMap(({ ruleset }) =>
    [...ruleset.tables.values()].flatMap(({ chains }) =>
      [...chains.values()].flatMap(({ rules }) => rules),
    ),
  );
}
