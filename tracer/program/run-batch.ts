import type { Chooser } from "../choose/types.js";
import { VERDICTS } from "../walk/result.js";
import { walk } from "../walk/walk.js";
import { Asking } from "./ask.js";
import { packetAt, type PacketBatch } from "./batch.js";
import { advance, passOver, rewind } from "./advance.js";
import { diceOf } from "./draws.js";
import { LEFT } from "./execute.js";
import { wordsOf, writeAddress } from "./fields.js";
import { Interfaces } from "./interfaces.js";
import { interfacesOf } from "./load.js";
import type { Lowered, Program } from "./program.js";
import type { BatchResult } from "./result.js";

/**
 * Runs every packet of the batch, each a new one to a node that remembers what its host state says:
 * no packet finds what another left behind. `out` must have room for the batch. The same draws give
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
      let used = 0;
      for (let at = 0; at < this.#packets.count; at++) used = this.#walk(at, used, this.#chooser);
    } else {
      this.#runLowered(lowered);
    }
    this.#out.interfaces = this.#interfaces.names;
  }

  #runLowered(lowered: Lowered): void {
    const { machine } = lowered;
    const packets = this.#packets;
    const out = this.#out;
    const asking = new Asking(this.#program, lowered, (at) => packetAt(packets, at));
    const dice = diceOf(this.#chooser);
    machine.dice = dice;
    machine.cameBy = interfacesOf(lowered, packets);
    machine.ask = (rule, match) => asking.ask(machine.at, rule, match);
    machine.matched = out.matched;
    rewind(machine);
    while (advance(lowered, packets, out) === LEFT) {
      out.matched = machine.matched;
      machine.matchedCount = this.#walk(machine.at, machine.matchedCount, dice);
      machine.matched = out.matched;
      passOver(machine);
    }
    out.matched = machine.matched;
  }

  /** By the reference walk; tells how much of `out.matched` is then in use. */
  #walk(at: number, used: number, chooser: Chooser): number {
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
    return this.#note(
      at,
      used,
      steps.map((step) => this.#program.rules.ofStep(step)),
    );
  }

  #note(at: number, used: number, rules: readonly number[]): number {
    const out = this.#out;
    const end = used + rules.length;
    if (end > out.matched.length) {
      const grown = new Uint32Array(Math.max(end, out.matched.length * 2));
      grown.set(out.matched);
      out.matched = grown;
    }
    out.matched.set(rules, used);
    out.matchedEnd[at] = end;
    return end;
  }
}

function known(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
