import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { reachability } from "../../../engine/iptables/check/reachability.js";
import { parseDump } from "../../../engine/iptables/parse.js";
import { BUILT_IN_CHAINS, type Table } from "../../../engine/iptables/types.js";

const USER = ["A", "B", "C", "D", "E", "F"];
const HOOKS = BUILT_IN_CHAINS.mangle;

/** Jumps among few chains, so that circles and chains that several hooks lead to are common. */
const jumps = fc.array(
  fc.tuple(
    fc.constantFrom(...HOOKS, ...USER),
    fc.constantFrom("-j", "-g"),
    fc.constantFrom(...USER, "MISSING"),
  ),
  { maxLength: 14 },
);

function tableOf(asked: readonly (readonly [string, string, string])[]): Table {
  const lines = [
    "*mangle",
    ...HOOKS.map((hook) => `:${hook} ACCEPT [0:0]`),
    ...USER.map((name) => `:${name} - [0:0]`),
    ...asked.map(([from, how, to]) => `-A ${from} -p tcp ${how} ${to}`),
    "COMMIT",
    "",
  ];
  const table = parseDump(lines.join("\n")).value.sections[0]?.ruleset.tables.get("mangle");
  assert.ok(table !== undefined);
  return table;
}

describe("the hooks that lead to a chain", () => {
  it("are those from which its jumps can be followed one by one", () => {
    fc.assert(
      fc.property(jumps, (asked) => {
        const plain = new Map<string, string[]>();
        for (const hook of HOOKS) {
          const seen = new Set<string>([hook]);
          for (const name of seen) {
            plain.set(name, [...(plain.get(name) ?? []), hook]);
            for (const [from, , to] of asked) {
              if (from === name && USER.includes(to)) seen.add(to);
            }
          }
        }
        const found = reachability(tableOf(asked));
        assert.deepEqual(found, plain);
      }),
      { numRuns: 1_000 },
    );
  });
});
