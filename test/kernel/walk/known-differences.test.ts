import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { packet, play, table, type Scene } from "../../support/kernel/scene.js";
import { KNOWN_DIFFERENCES } from "./known-differences.js";

/** How the kernel and the walk differ there; `undefined`: they agree. */
async function differenceIn(scene: Scene): Promise<string | undefined> {
  try {
    await play(scene, "legacy");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("a known difference to the kernel", { skip: skipWithoutKernel() }, () => {
  for (const { scene, reason } of KNOWN_DIFFERENCES) {
    it(`is still there: ${scene.name} (${reason})`, async () => {
      assert.match((await differenceIn(scene)) ?? "they agree", /ours, the nearest of/);
    });
  }

  it("would be told to be gone", async () => {
    const scene: Scene = {
      name: "nothing strange",
      rules: table("filter", "FORWARD -j DROP"),
      packets: [[packet("outside", "192.168.1.20", "10.244.0.5"), "dropped"]],
    };
    assert.equal(await differenceIn(scene), undefined);
  });
});
