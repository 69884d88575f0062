import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { editByName, editByPosition } from "../../../engine/kube-proxy/sync/edit-chain.js";

const rules = fc.array(fc.constantFrom(" -a", " -b", " -c", " -d"), { maxLength: 8 });

/** Carries out edits on a list of rules as iptables-restore would. */
function carryOut(start: readonly string[], lines: readonly string[]): readonly string[] {
  const chain = [...start];
  for (const line of lines) {
    const parts = /^-(?<verb>[RIDA]) C(?: (?<position>\d+))?(?<spec> -.*)?\n$/.exec(line)?.groups;
    assert.ok(parts, line);
    const spec = parts["spec"] ?? "";
    const at =
      parts["position"] === undefined ? chain.indexOf(spec) : Number(parts["position"]) - 1;
    assert.ok(at >= 0 && at <= chain.length, line);
    if (parts["verb"] === "R") assert.ok(chain.splice(at, 1, spec).length === 1);
    else if (parts["verb"] === "I") chain.splice(at, 0, spec);
    else assert.ok(chain.splice(at, 1).length === 1, line);
  }
  return chain;
}

describe("edits of one chain", () => {
  it("by position turn any rules into any others", () => {
    fc.assert(
      fc.property(rules, rules, (before, after) => {
        assert.deepEqual(carryOut(before, editByPosition("C", before, after)), after);
      }),
    );
  });

  it("by name change a stretch and leave what stands before and after it", () => {
    const around = fc.array(fc.constantFrom(" -x", " -y"), { maxLength: 4 });
    fc.assert(
      fc.property(around, rules, rules, around, (head, before, after, tail) => {
        const lines = editByName("C", head.length, before, after);
        const changed = carryOut([...head, ...before, ...tail], lines);
        assert.deepEqual(changed, [...head, ...after, ...tail]);
      }),
    );
  });

  it("leave alone what both have at the ends", () => {
    const before = [" -a", " -b", " -c"];
    assert.deepEqual(editByPosition("C", before, before), []);
    assert.deepEqual(editByPosition("C", before, [" -a", " -c"]), ["-D C 2\n"]);
    assert.deepEqual(editByPosition("C", before, [" -a", " -x", " -b", " -c"]), ["-I C 2 -x\n"]);
    assert.deepEqual(editByPosition("C", before, [" -a", " -y", " -c"]), ["-R C 2 -y\n"]);
  });
});
