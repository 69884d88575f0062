import { formatAddress } from "../../engine/net/ip.js";
import { seeded } from "../../tracer/choose/seeded.js";
import type { Packet } from "../../tracer/packet/types.js";
import { batchOf } from "../../tracer/program/batch.js";
import { readAddress, wordsOf } from "../../tracer/program/fields.js";
import type { Program } from "../../tracer/program/program.js";
import { makeResult, matchedRules, type BatchResult } from "../../tracer/program/result.js";
import { runBatch } from "../../tracer/program/run-batch.js";
import { memoryOf } from "../../tracer/walk/memory.js";
import { VERDICTS } from "../../tracer/walk/result.js";
import { walk, type Outcome } from "../../tracer/walk/walk.js";
import { plainWorld } from "../inputs/scene.js";
import { describePacket, portText } from "./describe.js";
import type { Property } from "./types.js";

/** Packets that are walked for the comparison; each walk scans every Service. */
const PACKETS = 120;

/** So often a batch is run: packet by packet, then to make plans of what comes again, then by these. */
export const RUNS = 3;

/** The batch has the reference walk's answer for every packet, the count of tried rules included. */
export const PROGRAM_IS_WALK: Property = {
  name: "program = walk",
  wrong(scene) {
    const { ruleset, program, setting, seed } = scene;
    const packets = scene.packets(PACKETS);
    const batch = batchOf(ruleset.family, packets);
    if (batch === undefined) return "the packets do not fit into a batch";
    const world = plainWorld(scene);
    const memory = memoryOf(setting.host);
    const chooser = seeded(String(seed));
    const walked = packets.map((packet) =>
      walkedAnswer(packet, walk(world, memory, packet, { chooser })),
    );
    for (let run = 0; run < RUNS; run++) {
      const out = makeResult(batch);
      runBatch(program, batch, out, seeded(String(seed)));
      const differs = walked.findIndex((other, at) => other !== programAnswer(program, out, at));
      const packet = packets[differs];
      if (packet === undefined) continue;
      const answered = programAnswer(program, out, differs);
      return `${describePacket(packet)}, run ${run + 1}\n  walk:    ${walked[differs]}\n  program: ${answered}`;
    }
    return undefined;
  },
};

/** A packet that may go several ways has no answer but that. */
function walkedAnswer(packet: Packet, outcomes: readonly Outcome[]): string {
  const [only, second] = outcomes;
  if (only === undefined || second !== undefined) return answer("unknown", packet, "", 0, []);
  const { path, tried } = only;
  const places = path.steps.map(({ table, chain, rule }) => `${table} ${chain} ${rule}`);
  return answer(path.verdict, path.last, path.out ?? "", tried, places);
}

function programAnswer(program: Program, out: BatchResult, at: number): string {
  const words = wordsOf(out.family);
  const last = {
    source: readAddress(out.source, at * words, out.family),
    destination: readAddress(out.destination, at * words, out.family),
    sourcePort: out.sourcePort[at] ?? 0,
    destinationPort: out.destinationPort[at] ?? 0,
    mark: out.mark[at] ?? 0,
  };
  const places = matchedRules(out, at).map((number) => {
    const found = program.rules.at(number);
    return `${found?.table} ${found?.chain.name} ${found?.rule.number}`;
  });
  const device = out.interfaces[out.outInterface[at] ?? 0] ?? "";
  return answer(VERDICTS[out.verdict[at] ?? 0] ?? "", last, device, out.tried[at] ?? 0, places);
}

type Ended = Pick<Packet, "source" | "destination" | "sourcePort" | "destinationPort" | "mark">;

function answer(
  verdict: string,
  last: Ended,
  device: string,
  tried: number,
  places: readonly string[],
): string {
  const from = `${formatAddress(last.source)} ${portText(last.sourcePort)}`;
  const to = `${formatAddress(last.destination)} ${portText(last.destinationPort)}`;
  const by = device === "" ? "" : ` by ${device}`;
  return `${verdict}${by}, ${from} -> ${to}, mark ${last.mark}, ${tried} rules tried: ${places.join(", ")}`;
}
