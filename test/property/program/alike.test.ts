import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { makeBatch, type PacketBatch } from "../../../tracer/program/batch.js";
import { AlikePackets } from "../../../tracer/program/plan/alike.js";

const COUNT = 64;

function traitsAt({ protocol, tcpFlags, ttl, inInterface, mark }: PacketBatch, at: number): string {
  return [protocol, tcpFlags, ttl, inInterface, mark].map((row) => row[at]).join(" ");
}

/** Whose rows begin `offset` packets behind the beginning of their buffers. */
function batchOf(offset: number): PacketBatch {
  const { protocol, tcpFlags, ttl, inInterface, mark, ...batch } = makeBatch(4, COUNT + offset);
  return {
    ...batch,
    count: COUNT,
    protocol: protocol.subarray(offset),
    tcpFlags: tcpFlags.subarray(offset),
    ttl: ttl.subarray(offset),
    inInterface: inInterface.subarray(offset),
    mark: mark.subarray(offset),
  };
}

describe("packets are alike", () => {
  const row = fc.constantFrom("protocol", "tcpFlags", "ttl", "inInterface", "mark");
  const change = fc.record({
    row,
    at: fc.nat({ max: COUNT - 1 }),
    value: fc.integer({ min: 0, max: 255 }),
  });
  const ends = fc.tuple(fc.nat({ max: COUNT }), fc.nat({ max: COUNT }));

  it("only where none differs from the first, and then it is seen from every sixteenth on", () => {
    const offset = fc.constantFrom(0, 1, 2, 4);
    fc.assert(
      fc.property(offset, fc.array(change, { maxLength: 3 }), ends, (skipped, changes, [a, b]) => {
        const batch = batchOf(skipped);
        for (const name of ["protocol", "ttl", "mark"] as const) batch[name].fill(6);
        for (const { row: name, at, value } of changes) batch[name][at] = value;
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const all = Array.from({ length: to - from }, (_, at) => traitsAt(batch, from + at));
        const expected = all.every((traits) => traits === all[0]);
        const seen = new AlikePackets(batch).areAlike(from, to);
        const isSeen = skipped === 0 && from % 16 === 0 && to % 16 === 0 && from < to;
        if (isSeen) assert.equal(seen, expected);
        else if (seen) assert.ok(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});
