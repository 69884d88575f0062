import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bisect } from "../../../bench/properties/bisect.js";

const HUNDRED = Array.from({ length: 100 }, (_, index) => index);

describe("bisecting what fails", () => {
  it("finds the single item that is wrong", () => {
    for (const wrong of [0, 37, 99]) {
      const { items, tries } = bisect(HUNDRED, (some) => some.includes(wrong));
      assert.deepEqual(items, [wrong]);
      assert.ok(tries < 20, `${tries} tries`);
    }
  });

  it("finds items that are wrong only together, wherever they are", () => {
    const { items } = bisect(HUNDRED, (some) => some.includes(3) && some.includes(88));
    assert.deepEqual(items, [3, 88]);
  });

  it("leaves what no longer fails with less", () => {
    const { items } = bisect(HUNDRED, (some) => some.length >= 7);
    assert.equal(items.length, 7);
  });

  it("gives what it has when it has tried often enough", () => {
    const { items, tries } = bisect(HUNDRED, (some) => some.length >= 50, 1);
    assert.equal(tries, 1);
    assert.ok(items.length >= 50);
  });
});
