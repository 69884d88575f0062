import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mixedBatch, podBatch } from "../../../bench/inputs/batch.js";
import { largeScene } from "../../../bench/inputs/scene.js";
import { seeded } from "../../../tracer/choose/seeded.js";
import { packetAt } from "../../../tracer/program/batch.js";
import { makeResult } from "../../../tracer/program/result.js";
import { runBatch } from "../../../tracer/program/run-batch.js";
import { tracePacket } from "../../../tracer/program/trace.js";
import { answerOf, resultAt } from "../../support/program/compare.js";

const SIZE = { services: 4_000, endpoints: 6 };
const PACKETS = 3_000;
/** More numbers than plans may have that are thought to be at hand. */
const MANY = 1 << 15;

describe("where plans are many", () => {
  const scene = largeScene(SIZE, 7);
  const { program } = scene;
  /** So that there are plans for all. */
  function warm(): void {
    const packets = podBatch(scene, 60_000);
    const out = makeResult(packets);
    for (let run = 0; run < 8; run++) runBatch(program, packets, out, seeded(`warm ${run}`));
    assert.ok((program.lowered?.planner.size ?? 0) > MANY);
  }
  warm();

  for (const [what, batch] of [
    ["packets that are alike but for source, destination and ports", podBatch(scene, PACKETS)],
    ["packets from and to everywhere", mixedBatch(scene, PACKETS)],
  ] as const) {
    it(`${what} have the reference walk's answers, lot by lot`, () => {
      const out = makeResult(batch);
      for (const seed of ["one", "two", "three"]) {
        runBatch(program, batch, out, seeded(seed));
        const chooser = seeded(seed);
        for (let at = 0; at < batch.count; at++) {
          const packet = packetAt(batch, at);
          const walked = answerOf(packet, tracePacket(program, packet, chooser));
          assert.deepEqual(resultAt(program, out, at), walked, `packet ${at}`);
        }
      }
    });
  }
});
