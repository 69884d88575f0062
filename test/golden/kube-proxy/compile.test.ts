import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { printRestore } from "../../../engine/iptables/print.js";
import { compileFromFlags } from "../../../engine/kube-proxy/from-flags.js";
import { caseFolder, casesIn, readCase } from "../../support/kube-proxy/cases.js";

const folder = caseFolder("CHAINWALK_GOLDEN", "cases");
const names = casesIn(folder);

describe("a first sync is kube-proxy's, byte for byte", () => {
  it("has cases to compare with", () => assert.ok(names.length > 0, `no case in ${folder}`));
  for (const name of names) {
    it(name, () => {
      const { text, source, inputs } = readCase(folder, name);
      const { value } = compileFromFlags([source("objects.json")], inputs);
      assert.equal(value.text, text("expected.iptables"));
    });
  }
});

describe("the typed rules say what the text says", () => {
  for (const name of names) {
    it(name, () => {
      const { source, inputs } = readCase(folder, name);
      const { value } = compileFromFlags([source("objects.json")], inputs);
      assert.equal(printRestore(value.input, "kube-proxy"), value.text);
    });
  }
});
