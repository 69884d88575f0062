import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/root.js";
import { parseTranscript, runExchange } from "../support/transcript.js";

describe("the README", () => {
  const text = readFileSync(join(ROOT, "README.md"), "utf8");
  const blocks = [...text.matchAll(/^```(?:console|text)\n(\$ chainwalk [\s\S]*?)^```/gm)];

  it("shows real commands", () => assert.ok(blocks.length >= 2));

  for (const [, block = ""] of blocks) {
    for (const { command, output } of parseTranscript(block)) {
      it(`shows what \`chainwalk ${command}\` prints`, async () => {
        assert.equal((await runExchange(command, ROOT)).output, output);
      });
    }
  }
});
