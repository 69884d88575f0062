import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { splitWords } from "../../../engine/iptables/words.js";

const texts = (line: string): readonly string[] => splitWords(line).words.map(({ text }) => text);

describe("words of restore input", () => {
  it("are parted by blanks and tabs, however many", () => {
    assert.deepEqual(texts("  -A\t INPUT  -p tcp "), ["-A", "INPUT", "-p", "tcp"]);
  });

  it("keep blanks inside double quotes", () => {
    assert.deepEqual(texts('--comment "a  b" -j X'), ["--comment", "a  b", "-j", "X"]);
  });

  it("end at a closing quote, even without a blank after it", () => {
    assert.deepEqual(texts('"a b"c'), ["a b", "c"]);
  });

  it("may open a quote in the middle", () => {
    assert.deepEqual(texts('x"a b" y'), ["xa b", "y"]);
  });

  it("may be empty between quotes", () => {
    assert.deepEqual(texts('--comment "" -j X'), ["--comment", "", "-j", "X"]);
  });

  it("take a backslash as an escape inside quotes only", () => {
    assert.deepEqual(texts(String.raw`a\b "c\"d\\e\'f"`), ["a\\b", "c\"d\\e'f"]);
  });

  it("do not take single quotes for quotes", () => {
    assert.deepEqual(texts("'a b'"), ["'a", "b'"]);
  });

  it("hold the line end when a quote is never closed, and say where it opened", () => {
    const { words, openQuote } = splitWords('--comment "a b -j X');
    assert.deepEqual(
      words.map(({ text }) => text),
      ["--comment", "a b -j X\n"],
    );
    assert.equal(openQuote, 10);
  });

  it("are not closed by an escaped quote, nor by the backslash that ends an escape", () => {
    assert.deepEqual(texts(String.raw`"a\\" b`), ["a\\", "b"]);
    assert.deepEqual(texts(String.raw`"a\\\" b" c`), ['a\\" b', "c"]);
  });

  it("tell where they stand, quotes included", () => {
    assert.deepEqual(splitWords('-j "a b"').words[1], { text: "a b", start: 3, end: 8 });
  });
});
