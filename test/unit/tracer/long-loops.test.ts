import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseDump } from "../../../engine/iptables/parse.js";
import { linkRules } from "../../../tracer/walk/link.js";

describe("chains that jump in circles", () => {
  it("are told by their first names, however many there are", () => {
    const count = 20_000;
    const numbers = Array.from({ length: count }, (_, at) => at);
    const text = [
      "*filter",
      ...numbers.map((at) => `:C${at} - [0:0]`),
      "-A INPUT -j C0",
      ...numbers.flatMap((at) => [`-A C${at} -j C${at + 1}`, `-A C${at} -j C0`]).slice(0, -2),
      "COMMIT\n",
    ].join("\n");
    const { value } = parseDump(text, { family: 4 });
    const ruleset = value.sections[0]?.ruleset;
    assert.ok(ruleset !== undefined);
    const chains = linkRules(ruleset).tables.get("filter")?.chains;
    assert.deepEqual(chains?.get("C1")?.loop, ["C0", "C1", "C0"]);
    const last = chains?.get(`C${count - 2}`)?.loop;
    assert.deepEqual(last?.slice(0, 2), ["C0", "C1"]);
    assert.deepEqual(last?.slice(-2), [`${count - 21} more`, "C0"]);
  });
});
