import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { parseDump } from "../../../engine/iptables/parse.js";
import { holdsOfAnyText, hostileDump } from "../../support/fuzz.js";
import { ROOT } from "../../support/root.js";

const CORPUS = join(ROOT, "test", "fuzz", "corpus");

describe("reading any text", () => {
  it("ends without a crash and loses no rule", () => {
    fc.assert(fc.property(hostileDump, holdsOfAnyText), { numRuns: 150 });
  });

  it("ends so for texts of any letters, lone surrogates too", () => {
    const letters = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(fc.property(letters, holdsOfAnyText), { numRuns: 300 });
    holdsOfAnyText(
      '*filter\n:\ud800 -\n-A \ud800 -m comment --comment "\udfff" -j \ud800\nCOMMIT\n',
    );
  });

  for (const file of existsSync(CORPUS) ? readdirSync(CORPUS) : []) {
    it(`that once broke it: ${file}`, () => {
      holdsOfAnyText(readFileSync(join(CORPUS, file), "utf8"));
    });
  }

  it("is read to its end: 200,000 chains, a line of 20 MB", () => {
    const chains = Array.from({ length: 200_000 }, (_, at) => `:C${at} - [0:0]\n`).join("");
    const { value } = parseDump(`*filter\n${chains}COMMIT\n`);
    assert.equal(value.sections[0]?.ruleset.tables.get("filter")?.chains.size, 200_003);
    const long = parseDump(`*filter\n-A INPUT -j ${"x ".repeat(10_000_000)}\nCOMMIT\n`);
    assert.deepEqual(
      long.faults.map(({ code }) => code),
      ["line-too-long"],
    );
  });
});
