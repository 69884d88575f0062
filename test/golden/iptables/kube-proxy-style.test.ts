import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseRestore } from "../../../engine/iptables/parse.js";
import { printRestore } from "../../../engine/iptables/print.js";
import { ROOT, SHARED } from "../../support/root.js";

const FOLDERS = [
  join(ROOT, "test", "golden", "kube-proxy", "cases"),
  join(SHARED, "kube-proxy", "golden"),
];
const folder = FOLDERS.find((path) => existsSync(path));
const cases = folder === undefined ? [] : readdirSync(folder);

describe("what kube-proxy hands to the restore", () => {
  it("is there in 174 cases", () => {
    assert.equal(cases.length, 174);
  });

  for (const name of cases) {
    it(`${name} is read and printed in its style unchanged`, () => {
      const text = readFileSync(join(folder ?? "", name, "expected.iptables"), "utf8");
      const { value, faults } = parseRestore(text, { file: name });
      // iptables takes no leading zeros in an address to translate to: such a sync fails.
      const refused = name.endsWith("addresses-leading-zeros") ? ["bad-value"] : [];
      assert.deepEqual([...new Set(faults.map(({ code }) => code))], refused);
      assert.equal(printRestore(value, "kube-proxy"), text);
    });
  }
});
