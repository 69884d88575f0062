import type { Chooser } from "../choose/types.js";
import { VERDICTS } from "../walk/result.js";
import { walk } from "../walk/walk.js";
import { Asking } from "./ask.js";
import { packetAt, type PacketBatch } from "./batch.js";
import { wordsOf, writeAddress } from "./fields.js";
import { Growable } from "./growable.js";
import { Interfaces } from "./interfaces.js";
import { interfacesOf, load } from "./load.js";
import { LotsAhead } from "./lots-ahead.js";
import { LEFT } from "./needs.js";
import type { Lowered, Program } from "./program.js";
import { writeResult, type BatchResult } from "./result.js";
import { runOne, type Ask } from "./run-one.js";
import { Standing } from "./standing.js";

/**
 * Runs every packet of the batch, each a new one to a node that remembers what its host state says:
 * no packet finds what another left behind. `out` must have room for the batch. The same lots give
 * the same answers as walking the packets one after the other with `chooser` would.
 */
export function runBatch(
  program: Program,
  packets: PacketBatch,
  out: BatchResult,
  chooser: Chooser,
): void {
  const run = new BatchRun(program, packets, out, chooser);
  run.runAll();
}

class BatchRun {
  readonly #program: Program;
  readonly #packets: PacketBatch;
  readonly #out: BatchResult;
  readonly #chooser: Chooser;
  /** Of the result: those of the program first, by the same numbers. */
  readonly #interfaces = new Interfaces();

  /** Of packets that no plan answered. */
  readonly #lists = new Growable();

  constructor(program: Program, packets: PacketBatch, out: BatchResult, chooser: Chooser) {
    this.#program = program;
    this.#packets = packets;
    this.#out = out;
    this.#chooser = chooser;
    for (const name of program.lowered?.interfaces.names ?? []) this.#interfaces.add(name);
  }

  runAll(): void {
    const { lowered } = this.#program;
    if (lowered === undefined) {
      for (let at = 0; at < this.#packets.count; at++) this.#walk(at, this.#chooser);
    } else {
      this.#runLowered(lowered);
    }
    this.#out.interfaces = this.#interfaces.names;
    const planned = lowered?.planner.lists ?? this.#out.lists;
    this.#out.lists = { ...planned, own: this.#lists.items };
  }

  #runLowered(lowered: Lowered): void {
    const { machine } = lowered;
    const packets = this.#packets;
    const out = this.#out;
    const asking = new Asking(this.#program, lowered, (at) => packetAt(packets, at));
    const lots = new LotsAhead(this.#chooser, packets.count);
    const cameBy = interfacesOf(lowered, packets);
    const standing = new Standing();
    const course = lowered.planner.begin(packets, out, lots, cameBy);
    const ask: Ask = (asked) => asking.ask(course.at, asked);
    // Plans know no connections.
    const planned = machine.known.size === 0;
    while (planned ? lowered.planner.advance(course) : course.at < packets.count) {
      const { at } = course;
      lots.reach(at);
      const lot = lots.lotOf(at);
      const verdict = load(machine, cameBy, packets, at, standing)
        ? runOne(machine, standing, lot, ask)
        : LEFT;
      if (verdict >= 0) {
        writeResult(out, at, verdict, standing);
        this.#noteRules(at, standing.rules, standing.ruleCount);
      } else {
        this.#walk(at, { lot: () => lot });
      }
      course.at++;
    }
  }

  /** By the reference walk. */
  #walk(at: number, chooser: Chooser): void {
    const out = this.#out;
    const packet = packetAt(this.#packets, at);
    const { world, memory } = this.#program;
    const [only, second] = walk(world, memory, packet, { chooser });
    const sure = second === undefined ? only : undefined;
    const { last, steps } = sure?.path ?? { last: packet, steps: [] };
    out.verdict[at] = VERDICTS.indexOf(sure?.path.verdict ?? "unknown");
    out.tried[at] = sure?.tried ?? 0;
    out.mark[at] = last.mark;
    const words = wordsOf(out.family);
    const parts = new Int32Array(4);
    writeAddress(parts, 0, last.source);
    out.source.set(parts.subarray(0, words), at * words);
    writeAddress(parts, 0, last.destination);
    out.destination.set(parts.subarray(0, words), at * words);
    const icmp = packet.icmpType !== undefined;
    out.sourcePort[at] = known(icmp ? last.icmpId : last.sourcePort);
    out.destinationPort[at] = icmp
      ? (this.#packets.destinationPort[at] ?? 0)
      : known(last.destinationPort);
    out.outInterface[at] = this.#interfaces.add(sure?.path.out ?? "");
    const rules = steps.map((step) => this.#program.rules.ofStep(step));
    this.#noteRules(at, rules, rules.length);
  }

  #noteRules(at: number, rules: ArrayLike<number>, count: number): void {
    this.#out.list[at] = -1 - this.#lists.length;
    this.#lists.push(count);
    for (let item = 0; item < count; item++) this.#lists.push(rules[item] ?? 0);
  }
}

function known(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
