import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { isRefusal, type Reading } from "../../../engine/iptables/extensions/define.js";
import { MATCHES } from "../../../engine/iptables/extensions/matches.js";
import { TARGETS } from "../../../engine/iptables/extensions/targets.js";
import { flagsOf, type ExtensionTable } from "../../../engine/iptables/parse/registry.js";

const TABLES: readonly ExtensionTable[] = [...MATCHES, ...TARGETS];

/** Every option whose values come in plain kinds, with the table it stands in. */
const OPTIONS = TABLES.flatMap((table) =>
  [...flagsOf(table).values()]
    .filter(({ codec }) => codec.plainKind !== undefined)
    .map((known) => ({ table, known })),
);

const PIECES = ["10.0.0.1", "10.244.12.101", "0.0.0.1", "1.2.3", "80", "65535", "65536", "0", "08"];
const MARKS = [":", ".", "-", "/", "[", "]", "fd00::1", "a", " ", '"', "é", "x".repeat(300)];

const word = fc
  .array(fc.constantFrom(...PIECES, ...MARKS, ":", ":"), { minLength: 1, maxLength: 5 })
  .map((pieces) => pieces.join(""));

const reading: fc.Arbitrary<Reading> = fc.record({
  family: fc.constantFrom(4 as const, 6 as const),
  protocol: fc.constantFrom(undefined, 1, 6, 17, 47, 132),
});

/** Whether the option, alone in its table, takes the word. */
function isTaken({ table, known }: (typeof OPTIONS)[number], text: string, by: Reading): boolean {
  const value = known.codec.read([text], by);
  if (isRefusal(value)) return false;
  const given = known.option.negatable ? { not: false, value } : value;
  return table.check?.({ name: table.name, [known.key]: given }, by) === undefined;
}

describe("the kind of a plain value", () => {
  it("is told of what a cluster has by the hundred thousand: comments and what NAT rewrites to", () => {
    const names = new Set(OPTIONS.map(({ table }) => table.name));
    for (const name of ["comment", "DNAT"]) assert.ok(names.has(name), name);
  });

  it("decides alone whether an option takes it", () => {
    let alike = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...OPTIONS),
        fc.array(word, { minLength: 2, maxLength: 12 }),
        reading,
        (option, words, by) => {
          const verdicts = new Map<number, boolean>();
          for (const text of words) {
            const kind = option.known.codec.plainKind?.(text, 0, text.length, by.family) ?? 0;
            assert.ok(kind >= 0 && kind <= 30);
            if (kind === 0) continue;
            const before = verdicts.get(kind);
            const taken = isTaken(option, text, by);
            if (before !== undefined) alike++;
            assert.equal(before ?? taken, taken, `${option.known.flag} ${text}`);
            verdicts.set(kind, taken);
          }
        },
      ),
      { numRuns: 3_000 },
    );
    assert.ok(alike > 1_000, `only ${alike} were compared`);
  });

  it("does not hang on what stands around it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...OPTIONS),
        word,
        word,
        word,
        ({ known }, text, before, behind) => {
          const all = before + text + behind;
          const alone = known.codec.plainKind?.(text, 0, text.length, 4);
          const within = known.codec.plainKind?.(
            all,
            before.length,
            before.length + text.length,
            4,
          );
          assert.equal(within, alone);
        },
      ),
    );
  });
});
