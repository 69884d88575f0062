import type { Chooser } from "../choose/types.js";
import { VERDICTS } from "../walk/result.js";
import { Asking } from "./ask.js";
import { packetAt, type PacketBatch } from "./batch.js";
import { advance } from "./advance.js";
import { LEFT } from "./execute.js";
import { DESTINATION, MARK, SOURCE, wordsOf, writeAddress } from "./fields.js";
import { Interfaces } from "./interfaces.js";
import { interfacesOf, load } from "./load.js";
import type { Lowered, Program } from "./program.js";
import { walkAgain } from "./reference.js";
import { DESTINATION_KEY, LEAVES_BY, SOURCE_KEY } from "./registers.js";
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
      for (let at = 0; at < this.#packets.count; at++) used = this.#walk(at, used);
    } else {
      this.#runLowered(lowered);
    }
    this.#out.interfaces = this.#interfaces.names;
  }

  #runLowered(lowered: Lowered): void {
    const { machine, prerouting, output } = lowered;
    const packets = this.#packets;
    const out = this.#out;
    const cameBy = interfacesOf(lowered, packets);
    const asking = new Asking(this.#program, lowered, (at) => packetAt(packets, at));
    machine.chooser = this.#chooser;
    machine.ask = (rule, match) => asking.ask(rule, match);
    machine.matched = out.matched;
    machine.matchedCount = 0;
    const narrow = machine.words === 1;
    const { registers } = machine;
    for (let at = 0; at < packets.count; at++) {
      const before = machine.matchedCount;
      machine.drawn = 0;
      let verdict = LEFT;
      if (load(lowered, packets, at, cameBy)) {
        asking.about(at);
        verdict = advance(machine, packets.inInterface[at] === 0 ? output : prerouting);
      }
      if (verdict === LEFT) {
        out.matched = machine.matched;
        machine.matchedCount = this.#walk(at, before, machine.draws, machine.drawn);
        machine.matched = out.matched;
        continue;
      }
      out.verdict[at] = verdict;
      out.tried[at] = machine.tried;
      out.mark[at] = registers[MARK] ?? 0;
      out.sourcePort[at] = registers[SOURCE_KEY] ?? 0;
      out.destinationPort[at] = registers[DESTINATION_KEY] ?? 0;
      out.outInterface[at] = registers[LEAVES_BY] ?? 0;
      out.matchedEnd[at] = machine.matchedCount;
      if (narrow) {
        out.source[at] = registers[SOURCE] ?? 0;
        out.destination[at] = registers[DESTINATION] ?? 0;
      } else {
        for (let word = 0; word < 4; word++) {
          out.source[at * 4 + word] = registers[SOURCE + word] ?? 0;
          out.destination[at * 4 + word] = registers[DESTINATION + word] ?? 0;
        }
      }
    }
    out.matched = machine.matched;
  }

  /** By the reference walk; tells how much of `out.matched` is then in use. */
  #walk(at: number, used: number, draws: Int32Array = NO_DRAWS, drawn = 0): number {
    const out = this.#out;
    const packet = packetAt(this.#packets, at);
    const outcomes = walkAgain(this.#program, packet, this.#chooser, draws, drawn);
    const [only, second] = outcomes;
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

const NO_DRAWS = new Int32Array(0);

function known(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
