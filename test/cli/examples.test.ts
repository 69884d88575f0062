import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/root.js";
import { parseTranscript, printTranscript, runExchange } from "../support/transcript.js";

/**
 * Every folder of `examples/` holds `session.txt`: commands and, below each, what it prints.
 * `UPDATE=1` writes what is printed now; read the difference before committing it.
 */
const EXAMPLES = join(ROOT, "examples");

describe("examples", () => {
  for (const name of readdirSync(EXAMPLES).sort()) {
    const folder = join(EXAMPLES, name);
    const file = join(folder, "session.txt");
    it(`${name} prints what its session says`, async () => {
      assert.ok(existsSync(file), `${name} has no session.txt`);
      const expected = readFileSync(file, "utf8");
      const exchanges = [];
      for (const { command } of parseTranscript(expected)) {
        exchanges.push(await runExchange(command, folder));
      }
      assert.notEqual(exchanges.length, 0);
      const actual = printTranscript(exchanges);
      if (process.env["UPDATE"] === "1") writeFileSync(file, actual);
      else assert.equal(actual, expected);
    });
  }
});
