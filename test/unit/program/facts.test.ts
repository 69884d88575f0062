import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  portIsIn,
  sourceIs,
  type PortFact,
  type SourceFact,
} from "../../../tracer/program/facts.js";

/** Few bits, so that questions overlap. */
const BITS = 4;
const MOST = 2 ** BITS - 1;

const question = fc
  .record({ mask: fc.nat(MOST), value: fc.nat(MOST) })
  .map(({ mask, value }) => ({ mask, value: value & mask }));
const range = fc.tuple(fc.nat(MOST), fc.nat(MOST)).map(([one, other]) => ({
  least: Math.min(one, other),
  most: Math.max(one, other),
}));

describe("what is known of an open source", () => {
  it("answers only what holds for every source of which the same was said", () => {
    fc.assert(
      fc.property(fc.nat(MOST), fc.array(question), question, (source, asked, next) => {
        let facts: SourceFact | undefined;
        for (const { mask, value } of asked) {
          facts = { word: 0, mask, value, holds: (source & mask) === value, before: facts };
        }
        const known = sourceIs(facts, 0, next.mask, next.value);
        if (known !== undefined) assert.equal(known, (source & next.mask) === next.value);
      }),
      { numRuns: 20_000 },
    );
  });

  it("knows what was asked before, and what lies within it", () => {
    const is = (holds: boolean, before?: SourceFact): SourceFact => {
      return { word: 0, mask: 0xff00, value: 0x0a00, holds, before };
    };
    assert.equal(sourceIs(is(true), 0, 0xff00, 0x0a00), true);
    assert.equal(sourceIs(is(true), 0, 0xff00, 0x0b00), false, "another network");
    assert.equal(sourceIs(is(true), 0, 0xf000, 0x0000), true, "a network around it");
    assert.equal(sourceIs(is(true), 0, 0xffff, 0x0a01), undefined, "a host within");
    assert.equal(
      sourceIs(is(false), 0, 0xffff, 0x0a01),
      false,
      "a host of a network that it is not in",
    );
    assert.equal(sourceIs(is(false), 0, 0xffff, 0x0b01), undefined);
    assert.equal(sourceIs(is(true), 1, 0xff00, 0x0a00), undefined, "another word of the address");
    assert.equal(sourceIs(undefined, 0, 0, 0), true, "any source");
  });
});

describe("what is known of an open source port", () => {
  it("answers only what holds for every port of which the same was said", () => {
    fc.assert(
      fc.property(fc.nat(MOST), fc.array(range), range, (port, asked, next) => {
        const within = ({ least, most }: { least: number; most: number }) =>
          port >= least && port <= most;
        let facts: PortFact | undefined;
        for (const one of asked) facts = { ...one, holds: within(one), before: facts };
        const known = portIsIn(facts, next.least, next.most);
        if (known !== undefined) assert.equal(known, within(next));
      }),
      { numRuns: 20_000 },
    );
  });
});
