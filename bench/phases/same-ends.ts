import { formatAddress } from "../../engine/net/ip.js";
import { seeded } from "../../tracer/choose/seeded.js";
import type { Packet } from "../../tracer/packet/types.js";
import { batchOf, packetAt, type PacketBatch } from "../../tracer/program/batch.js";
import { makeResult, matchedRules } from "../../tracer/program/result.js";
import { runBatch } from "../../tracer/program/run-batch.js";
import { VERDICTS } from "../../tracer/walk/result.js";
import { walk } from "../../tracer/walk/walk.js";
import { lowerLinear } from "../baselines/linear-program.js";
import { makeLinearResult, scanBatch } from "../baselines/linear-scan.js";
import { plainWorld, type Scene } from "../inputs/scene.js";
import { portText } from "../properties/describe.js";
import { RUNS } from "../properties/program.js";

/** Packets of a batch that are compared; the reference scans every Service for each. */
const COMPARED = 48;

/**
 * The program, the linear scan and the reference walk agree on the first packets of a batch: where
 * each ends, the rules that matched and how many a linear scan tries. Each packet has draws of its
 * own, as only some of the three draw a masqueraded port.
 * @throws {Error} that tells the packet on which they differ.
 */
export function assertSameEnds(scene: Scene, batch: PacketBatch): void {
  const { program, ruleset, setting } = scene;
  const linear = lowerLinear(ruleset, setting.host);
  const world = plainWorld(scene);
  for (let at = 0; at < Math.min(COMPARED, batch.count); at++) {
    const packet = packetAt(batch, at);
    const alone = batchOf(batch.family, [packet]);
    if (alone === undefined) throw new Error("a packet does not fit into a batch");
    const ran = makeResult(alone);
    for (let run = 0; run < RUNS; run++) runBatch(program, alone, ran, seeded(String(at)));
    const scanned = makeLinearResult(1);
    scanBatch(linear, alone, scanned, seeded(String(at)));
    const [walked] = walk(world, program.memory, packet, { chooser: seeded(String(at)) });
    const rules = walked?.path.steps.map((step) => program.rules.ofStep(step)) ?? [];
    const reference = told(
      walked?.path.verdict ?? "",
      walked?.path.last ?? packet,
      walked?.tried ?? 0,
      rules,
    );
    const ended = (result: Ended) => ({
      source: result.source[0] ?? 0,
      destination: result.destination[0] ?? 0,
      destinationPort: result.destinationPort[0] ?? 0,
      mark: result.mark[0] ?? 0,
    });
    const answers = {
      reference,
      program: told(
        VERDICTS[ran.verdict[0] ?? 0] ?? "",
        ended(ran),
        ran.tried[0] ?? 0,
        matchedRules(ran, 0),
      ),
      scan: told(VERDICTS[scanned.verdict[0] ?? 0] ?? "", ended(scanned), scanned.tried[0] ?? 0, [
        ...scanned.matched.subarray(0, scanned.matchedEnd[0]),
      ]),
    };
    if (answers.program !== reference || answers.scan !== reference) {
      throw new Error(`packet ${at} ends differently:\n${JSON.stringify(answers, undefined, 2)}`);
    }
  }
}

interface Ended {
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  readonly destinationPort: Uint16Array;
  readonly mark: Uint32Array;
}

function told(
  verdict: string,
  {
    source,
    destination,
    destinationPort,
    mark,
  }: Pick<Packet, "source" | "destination" | "destinationPort" | "mark">,
  tried: number,
  rules: readonly number[],
): string {
  const to = `${formatAddress(destination)} ${portText(destinationPort)}`;
  return `${verdict} ${formatAddress(source)} -> ${to}, mark ${mark}, ${tried} tried, rules ${rules.join(" ")}`;
}
