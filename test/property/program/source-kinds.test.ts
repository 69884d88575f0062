import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { maskOfLength } from "../../../engine/net/prefix.js";
import { classAt, classesOf } from "../../../tracer/program/address-classes.js";
import { linkProgram } from "../../../tracer/program/link.js";
import { Plans } from "../../../tracer/program/plan/plans.js";
import { SourceKinds } from "../../../tracer/program/plan/source-kinds.js";
import { host, route, via } from "../../support/walk.js";

const NODE = host({
  routes: [
    route("0.0.0.0/0", "eth0", via("192.168.1.1", "eth0")),
    route("10.244.0.0/16", "cni0"),
    route("10.244.128.0/20", "eth0"),
  ],
});
const classes = classesOf(NODE, 4);

/** Near the node's own networks as well as anywhere. */
const address = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.integer({ min: 0, max: 0xffff }).map((low) => 0x0af40000 + low),
  fc.constantFrom(0, 0x0af3ffff, 0x0af50000, 0x7fffffff, 0x80000000, 0xffffffff),
);
const prefix = fc.record({ address, length: fc.integer({ min: 0, max: 32 }) }).map((asked) => {
  const mask = Number(maskOfLength(4, asked.length)) | 0;
  return { mask, value: asked.address & mask };
});

describe("kinds of sources", () => {
  it("are of one class each, and every prefix that is told apart holds all of a kind or none", () => {
    fc.assert(
      fc.property(
        fc.array(prefix, { maxLength: 12 }),
        fc.array(address, { minLength: 30, maxLength: 30 }),
        (prefixes, addresses) => {
          const kinds = new SourceKinds({ classes });
          for (const each of prefixes) kinds.tellApart(each);
          const edges = kinds.prefixes.flatMap(({ mask, value }) => [
            value >>> 0,
            ((value >>> 0) - 1) >>> 0,
            (value | ~mask) >>> 0,
            ((value | ~mask) + 1) >>> 0,
          ]);
          for (const source of [...addresses, ...edges]) {
            const { sourceClass, holds } = kinds.kind(kinds.kindAt([source], 0));
            assert.equal(sourceClass, classAt(classes, [source], 0));
            const expected = kinds.prefixes.map(({ mask, value }) => (source & mask) === value);
            assert.deepEqual(holds, expected);
          }
        },
      ),
    );
  });

  it("are told apart by no more prefixes than plans can bear, each once, and by no single address", () => {
    const kinds = new SourceKinds({ classes });
    const mask = Number(maskOfLength(4, 24)) | 0;
    const told = Array.from({ length: 20 }, (_, at) =>
      kinds.tellApart({ mask, value: (0x0a000000 + at * 256) | 0 }),
    );
    assert.equal(told.filter(Boolean).length, 8);
    const again = new SourceKinds({ classes });
    assert.ok(again.tellApart({ mask, value: 0x0a000000 }));
    assert.ok(!again.tellApart({ mask, value: 0x0a000000 }));
    assert.ok(!again.tellApart({ mask: -1, value: 0x0a000001 }));
    assert.ok(!again.tellApart({ mask: 0, value: 0 }));
    assert.ok(!again.tellApart({ mask: 0x00ff00ff, value: 0x00010001 }));
  });

  it("are told apart while plans are few: many are not thrown away for one question less", () => {
    const { lowered } = linkProgram({ family: 4, tables: new Map() }, NODE);
    assert.ok(lowered !== undefined);
    const mask = Number(maskOfLength(4, 24)) | 0;
    const plans = new Plans(lowered.machine);
    assert.ok(plans.tellApart({ mask, value: 0x0a000000 }));
    plans.addEnds(100_000);
    assert.ok(!plans.tellApart({ mask, value: 0x0a000100 }));
    assert.equal(plans.kinds.prefixes.length, 1);
  });
});
