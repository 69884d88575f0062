import assert from "node:assert/strict";
import { seeded } from "../../../tracer/choose/seeded.js";
import { wordsOf, writeAddress } from "../../../tracer/program/fields.js";
import { batchOf } from "../../../tracer/program/batch.js";
import { linkProgram } from "../../../tracer/program/link.js";
import type { Program } from "../../../tracer/program/program.js";
import { makeResult, matchedRules, type BatchResult } from "../../../tracer/program/result.js";
import { runBatch } from "../../../tracer/program/run-batch.js";
import type { Packet } from "../../../tracer/packet/types.js";
import { linkRules } from "../../../tracer/walk/link.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { VERDICTS } from "../../../tracer/walk/result.js";
import { walk, type Outcome } from "../../../tracer/walk/walk.js";
import { makeWorld } from "../../../tracer/walk/world.js";
import type { Case } from "./cases.js";

/** What became of one packet, by either evaluator. */
export interface Answer {
  readonly verdict: string;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly mark: number;
  readonly out: string;
  readonly tried: number;
  readonly matched: readonly string[];
}

/**
 * Packets come so often: the first time they are run one by one, the second time a plan is made for
 * all that are alike, and then the plan is followed.
 */
const TIMES = 4;

function comingAgain(packets: readonly Packet[]): readonly Packet[] {
  return Array.from({ length: TIMES }, () => packets).flat();
}

/** As the plain reference walk has it, one packet after the other with one stream of draws. */
export function walkedAnswers({ ruleset, host, packets, seed }: Case): readonly Answer[] {
  const world = makeWorld({ rules: [linkRules(ruleset)], host });
  const memory = memoryOf(host);
  const chooser = seeded(seed);
  return comingAgain(packets).map((packet) =>
    answerOf(packet, walk(world, memory, packet, { chooser })),
  );
}

export function answerOf(packet: Packet, outcomes: readonly Outcome[]): Answer {
  const [only, second] = outcomes;
  const sure = second === undefined ? only : undefined;
  const last = sure?.path.last ?? packet;
  const icmp = last.icmpType !== undefined;
  const kind = Number(packet.icmpType) * 256 + Number(packet.icmpCode);
  return {
    verdict: sure?.path.verdict ?? "unknown",
    source: wordsText(last.source),
    destination: wordsText(last.destination),
    sourcePort: numberOf(icmp ? last.icmpId : last.sourcePort),
    destinationPort: icmp ? kind : numberOf(last.destinationPort),
    mark: last.mark,
    out: sure?.path.out ?? "",
    tried: sure?.tried ?? 0,
    matched: (sure?.path.steps ?? []).map(({ table, chain, rule }) => `${table} ${chain} ${rule}`),
  };
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function wordsText(address: Packet["source"]): string {
  const words = new Int32Array(4);
  writeAddress(words, 0, address);
  const count = typeof address === "number" ? 1 : 4;
  return [...words.subarray(0, count)].map((word) => word >>> 0).join(" ");
}

/** The same as the program has it, in one batch. */
export function batchAnswers(sample: Case, program = linkProgram(sample.ruleset, sample.host)) {
  const { family } = sample.ruleset;
  const packets = comingAgain(sample.packets);
  const batch = batchOf(family, packets);
  assert.ok(batch !== undefined, "the packets fit into a batch");
  const out = makeResult(batch);
  runBatch(program, batch, out, seeded(sample.seed));
  return packets.map((_, at) => resultAt(program, out, at));
}

export function resultAt(program: Program, out: BatchResult, at: number): Answer {
  const words = wordsOf(out.family);
  const text = (parts: Uint32Array) => [...parts.subarray(at * words, (at + 1) * words)].join(" ");
  return {
    verdict: VERDICTS[out.verdict[at] ?? 0] ?? "",
    source: text(out.source),
    destination: text(out.destination),
    sourcePort: out.sourcePort[at] ?? 0,
    destinationPort: out.destinationPort[at] ?? 0,
    mark: out.mark[at] ?? 0,
    out: out.interfaces[out.outInterface[at] ?? 0] ?? "",
    tried: out.tried[at] ?? 0,
    matched: matchedRules(out, at).map((number) => {
      const found = program.rules.at(number);
      return `${found?.table} ${found?.chain.name} ${found?.rule.number}`;
    }),
  };
}
