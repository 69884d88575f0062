import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { isIptablesTarget } from "../../../engine/iptables/parse/foreign-names.js";
import { knownMatch, knownTarget } from "../../../engine/iptables/parse/registry.js";
import type { Family } from "../../../engine/net/ip.js";
import { SHARED, skipWithout } from "../../support/root.js";

const COUNTS = join(SHARED, "corpus", "EXTENSIONS.md");
const FAMILIES: readonly Family[] = [4, 6];

/** Names in the first column of a table of the counts, used by at least so many dumps. */
function usedNames(heading: string, atLeast: number): readonly string[] {
  const text = existsSync(COUNTS) ? readFileSync(COUNTS, "utf8") : "";
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| ([\w-]+) \| (\d+) \|/gm)].flatMap(([, name = "", files]) =>
    Number(files) >= atLeast ? [name] : [],
  );
}

describe("what two or more real dumps use is understood", { skip: skipWithout(COUNTS) }, () => {
  it("of the matches", () => {
    const names = usedNames("Matches", 2);
    assert.ok(names.length >= 25, `${names.length} are counted`);
    const strange = names.filter((name) => FAMILIES.every((family) => !knownMatch(name, family)));
    assert.deepEqual(strange, []);
  });

  it("of the targets, names of chains aside", () => {
    const names = usedNames("Targets", 2).filter((name) => isIptablesTarget(name, 4));
    assert.ok(names.length >= 16, `${names.length} are counted`);
    const strange = names.filter((name) => FAMILIES.every((family) => !knownTarget(name, family)));
    assert.deepEqual(strange, []);
  });
});
