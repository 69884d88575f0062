import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { parseDump } from "../../../engine/iptables/parse.js";
import { checkDump } from "../../../engine/iptables/check.js";
import { decodeText, MAX_TEXT_BYTES } from "../../../engine/iptables/decode.js";
import { chainOf, codesOf } from "../../support/rules.js";
import { holdsOfAnyText, hostileDump } from "../../support/fuzz.js";
import { keptTexts } from "../../fuzz/corpus.js";

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

  it("finds by the checks that refuse alone just what all checks together call errors", () => {
    const kept = fc.constantFrom(...keptTexts().map(({ text }) => text));
    fc.assert(
      fc.property(fc.oneof(hostileDump, kept), (text) => {
        const read = parseDump(text);
        const errors = checkDump(read).filter(
          (each) => each.severity === "error" || read.faults.includes(each),
        );
        assert.deepEqual(checkDump(read, { refusalsOnly: true }), errors);
      }),
      { numRuns: 300 },
    );
  });

  for (const { name, text } of keptTexts()) {
    it(`holds of what once broke it or could: ${name}`, () => holdsOfAnyText(text));
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

  it("keeps chains and sets apart that are called as every object's own properties are", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const text = [
      "*filter",
      ...names.map((name) => `:${name} - [0:0]`),
      ...names.map((name) => `-A ${name} -m set --match-set ${name} src -j RETURN`),
      ...names.map((name) => `-A INPUT -j ${name}`),
      "COMMIT\n",
    ].join("\n");
    const { value, faults } = parseDump(text);
    const chains = value.sections[0]?.ruleset.tables.get("filter")?.chains;
    assert.deepEqual(faults, []);
    for (const name of names) {
      const match = chains?.get(name)?.rules[0]?.matches[0];
      assert.equal(match?.name === "set" && match.matchSet?.value.set, name);
    }
    assert.deepEqual(checkDump({ value, faults }), []);
  });

  it("stops with a fault at the most rules and chains, and keeps those before", () => {
    const lines = Array.from({ length: 100 }, () => "-A INPUT -j DROP");
    const { value, faults } = parseDump(["*filter", ...lines, "COMMIT\n"].join("\n"), { most: 40 });
    assert.equal(chainOf(value.sections[0]?.ruleset, "filter", "INPUT").rules.length, 40);
    assert.deepEqual(
      faults.map(({ code, at }) => [code, at.line]),
      [["too-many-rules", 42]],
    );
  });

  it("keeps a line as it stands that would be millions of rules", () => {
    const some = Array.from({ length: 3_000 }, () => "1").join(",");
    const { value, faults } = parseDump(`*filter\n-A INPUT -s ${some} -d ${some}\nCOMMIT\n`);
    const { rules } = chainOf(value.sections[0]?.ruleset, "filter", "INPUT");
    assert.ok(codesOf(faults).includes("too-many-addresses"));
    assert.equal(rules.length, 1);
    assert.equal(rules[0]?.matches[0]?.name, "opaque");
  });

  it("checks chains that jump 100,000 deep, and 20,000 circles of them", () => {
    const count = 100_000;
    const chains = Array.from({ length: count }, (_, at) => `:C${at} - [0:0]`);
    const deep = chains.slice(1).map((_, at) => `-A C${at} -j C${at + 1}`);
    const dump = (rules: readonly string[]) =>
      ["*filter", ...chains, "-A INPUT -j C0", ...rules, "COMMIT\n"].join("\n");
    const found = checkDump(parseDump(dump(deep)));
    assert.deepEqual(new Set(codesOf(found)), new Set(["too-deep", "jump-to-empty-chain"]));
    const circles = deep.slice(0, 20_000).map((_, at) => `-A C${at} -j C0`);
    const loops = checkDump(parseDump(dump([...deep, ...circles])));
    assert.equal(loops.filter(({ code }) => code === "loop").length, circles.length);
  });

  it("looks through a text of 100,000 tables once", () => {
    const { value } = parseDump("*nat\nCOMMIT\n".repeat(100_000));
    assert.equal(value.sections.length, 100_000);
    const guessed = parseDump("-A INPUT -j DROP\nCOMMIT\n".repeat(50_000));
    assert.equal(guessed.value.sections.length, 50_000);
  });

  it("is not begun of bytes that are more than a text can hold, or no text", () => {
    const codesOfBytes = (bytes: Uint8Array) => codesOf(decodeText(bytes, "a.save").faults);
    assert.deepEqual(codesOfBytes(new Uint8Array(MAX_TEXT_BYTES + 1)), ["file-too-large"]);
    assert.deepEqual(codesOfBytes(new Uint8Array([45, 0, 65])), ["binary-file"]);
  });

  it("decodes bytes as UTF-8, whether or not they are all ASCII", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat({ max: 3 }), (letters, skip) => {
        const bytes = new TextEncoder().encode(
          `${"x".repeat(skip)}${letters.replaceAll("\0", "")}`,
        );
        const part = bytes.subarray(skip);
        assert.equal(decodeText(part).value, new TextDecoder().decode(part));
      }),
    );
  });
});
