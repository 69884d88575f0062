import assert from "node:assert/strict";
import { it } from "node:test";
import * as fc from "fast-check";
import { diffLists } from "../../../engine/iptables/diff/lists.js";

const list = fc.array(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 30 });

it("a difference of two lists gives back both, and pairs only equal items", () => {
  fc.assert(
    fc.property(list, list, (left, right) => {
      const steps = diffLists(left, right);
      const before = steps.flatMap((step) => (step.before === undefined ? [] : [step.before]));
      const after = steps.flatMap((step) => (step.after === undefined ? [] : [step.after]));
      assert.deepEqual(before, [...left.keys()]);
      assert.deepEqual(after, [...right.keys()]);
      for (const step of steps) {
        if (step.before === undefined || step.after === undefined) continue;
        assert.equal(left[step.before], right[step.after]);
      }
    }),
    { numRuns: 500 },
  );
});

it("a list differs from itself in nothing", () => {
  fc.assert(
    fc.property(list, (items) => {
      const steps = diffLists(items, items);
      assert.ok(steps.every(({ before, after }) => before === after));
    }),
  );
});

it("lists without an item that stands once in both have the shortest difference", () => {
  const repeated = fc.array(fc.constantFrom("a", "b"), { minLength: 6, maxLength: 14 });
  fc.assert(
    fc.property(repeated, repeated, (left, right) => {
      fc.pre(["a", "b"].every((item) => !isOnce(left, item) || !isOnce(right, item)));
      const common = diffLists(left, right).filter(
        ({ before, after }) => before !== undefined && after !== undefined,
      );
      assert.equal(common.length, longestCommon(left, right));
    }),
    { numRuns: 300 },
  );
});

function isOnce(items: readonly string[], item: string): boolean {
  return items.filter((other) => other === item).length === 1;
}

/** Length of the longest common subsequence, by the textbook. */
function longestCommon(left: readonly string[], right: readonly string[]): number {
  const lengths = Array.from({ length: right.length + 1 }, () => 0);
  for (const item of left) {
    let diagonal = 0;
    right.forEach((other, at) => {
      const above = lengths[at + 1] ?? 0;
      lengths[at + 1] = item === other ? diagonal + 1 : Math.max(above, lengths[at] ?? 0);
      diagonal = above;
    });
  }
  return lengths.at(-1) ?? 0;
}
