import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { objectsArbitrary, USUAL_BOUNDS } from "../../../engine/arbitraries/cluster.js";
import { NODES } from "../../../engine/arbitraries/values.js";
import { capture } from "../../support/transcript.js";
import { readCells, readTraced, type MatrixCell } from "../../support/matrix/read.js";

/** Each run asks several cells by `trace`, so that few are enough. */
const RUNS = Math.min(200, Math.ceil(Number(process.env["CHAINWALK_CASES"] ?? 200) / 10));
const CELLS_A_RUN = 12;

const BOUNDS = { ...USUAL_BOUNDS, services: 4 };
const FAMILIES = ["4", "6"] as const;

async function matrixOf(input: string, family: string, jobs: string) {
  const argv = ["matrix", "-f", "-", "--node", NODES[0], "--family", family, "--jobs", jobs];
  return capture([...argv, "-o", "json"], { input });
}

/** What `trace` says of a cell's packet, told as the matrix tells it. */
async function traced(
  input: string,
  { from, address, port, protocol }: MatrixCell,
  family: string,
) {
  const to = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  const argv = ["trace", "-f", "-", "--node", NODES[0], "--family", family, "--odds"];
  const ends = ["--from", from, "--to", to, "--proto", protocol, "-o", "json"];
  const { out, err } = await capture([...argv, ...ends], { input });
  assert.notEqual(out, "", err);
  return readTraced(out);
}

describe("a matrix", () => {
  for (const family of FAMILIES) {
    it(`says of every cell what a trace of its packet says (IPv${family})`, async () => {
      let asked = 0;
      await fc.assert(
        fc.asyncProperty(objectsArbitrary(fc, BOUNDS), fc.nat(), async (objects, first) => {
          const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
          const { out } = await matrixOf(input, family, "1");
          // A cluster without a Service of this family has no matrix.
          if (out === "") return;
          const cells = readCells(out);
          const step = Math.max(1, Math.floor(cells.length / CELLS_A_RUN));
          for (let at = first % step; at < cells.length; at += step) {
            const cell = cells[at];
            if (cell === undefined) continue;
            assert.deepEqual(cell.ends, await traced(input, cell, family), JSON.stringify(cell));
            asked++;
          }
        }),
        { numRuns: RUNS },
      );
      assert.ok(asked >= RUNS, `only ${asked} cells were asked`);
    });
  }

  it("is the same with one thread and with two", async () => {
    await fc.assert(
      fc.asyncProperty(objectsArbitrary(fc, USUAL_BOUNDS), async (objects) => {
        const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
        const alone = await matrixOf(input, "4", "1");
        assert.deepEqual(await matrixOf(input, "4", "2"), alone);
      }),
      { numRuns: Math.ceil(RUNS / 5) },
    );
  });
});
