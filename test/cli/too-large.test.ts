import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { MAX_TEXT_BYTES } from "../../engine/iptables/decode.js";
import { capture } from "../support/transcript.js";

const GIGABYTE = 2 ** 30;

describe("input that is more than can be read at once", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chainwalk-large-"));
    // A file with a hole takes no room on the disk.
    writeFileSync(join(folder, "huge.save"), "*filter\n");
    truncateSync(join(folder, "huge.save"), GIGABYTE);
    writeFileSync(join(folder, "small.save"), "*filter\nCOMMIT\n");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const command of [
    "check huge.save",
    "fmt huge.save",
    "diff small.save huge.save",
    "trace --rules huge.save --from 10.0.0.1 --to 10.0.0.2:80",
    "compile -f huge.save",
  ]) {
    it(`is refused by its size before any of it is read: chainwalk ${command}`, async () => {
      const { exitCode, err } = await capture(command.split(" "), { cwd: folder });
      assert.equal(exitCode, 3);
      assert.match(err, /^huge\.save: error: the file has 1074 MB.*\[file-too-large\]$/m);
      assert.doesNotMatch(err, /^ {4}at /m);
    });
  }

  it("is refused from standard input too", async () => {
    const bytes = new Uint8Array(MAX_TEXT_BYTES + 1);
    const { exitCode, err } = await capture(["check", "-"], {
      stdin: () => Promise.resolve(bytes),
    });
    assert.equal(exitCode, 3);
    assert.match(
      err,
      /^standard input: error: there is more than can be read.*\[file-too-large\]$/m,
    );
  });
});
