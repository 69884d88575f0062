import { HOOKS } from "../../engine/iptables/types.js";
import { askMatch } from "../match/index.js";
import type { Packet } from "../packet/types.js";
import type { Branch } from "../walk/branch.js";
import type { Backend } from "../walk/link.js";
import { readAddress } from "./fields.js";
import { DESTINATION, DESTINATION_PORT, MARK, SOURCE, SOURCE_PORT } from "./fields.js";
import { SAYS_NEITHER, SAYS_NO, SAYS_YES } from "./machine.js";
import { HOOK_BEFORE } from "./operations.js";
import type { Lowered, Program } from "./program.js";
import { goThrough, scratch } from "./scratch.js";
import { CAME_BY, LEAVES_BY, SEEN_OUT, TTL } from "./registers.js";

/**
 * Asks matches that are not lowered about the packet in the machine, as the reference walk would:
 * what one of them leaves behind, the next one finds.
 */
export class Asking {
  readonly #program: Program;
  readonly #lowered: Lowered;
  readonly #backend: Backend | undefined;
  readonly #packetAt: (at: number) => Packet;
  #at = -1;
  #branch: Branch | undefined;

  /** `packetAt` makes a packet again from its number, when there is something to ask. */
  constructor(program: Program, lowered: Lowered, packetAt: (at: number) => Packet) {
    this.#program = program;
    this.#lowered = lowered;
    this.#packetAt = packetAt;
    this.#backend = program.world.rules[0]?.backend;
  }

  /** The match at `place` of a rule, about the packet `at` of the batch. */
  ask(at: number, number: number, place: number): number {
    if (at !== this.#at) this.#branch = undefined;
    this.#at = at;
    const found = this.#program.rules.at(number);
    const match = found?.rule.rule.matches[place];
    if (found === undefined || match === undefined) return SAYS_NEITHER;
    const { code, afterTable } = this.#lowered.machine;
    const branch = (this.#branch ??= this.#start(at));
    const hook = HOOKS[code[afterTable - HOOK_BEFORE] ?? 0] ?? "PREROUTING";
    branch.packet = this.#packetNow(branch.packet);
    branch.out = this.#nameOf(LEAVES_BY);
    branch.seenOut = this.#nameOf(SEEN_OUT);
    branch.scan = {
      hook,
      table: found.table,
      backend: this.#backend,
      later: [],
      base: found.chain,
      chain: found.chain,
      rule: found.rule.number - 1,
      match: place,
      frames: undefined,
      depth: 0,
      entry: branch.packet,
    };
    const answer = askMatch(match, branch, this.#program.world);
    return answer === "yes" ? SAYS_YES : answer === "no" ? SAYS_NO : SAYS_NEITHER;
  }

  /** As it was received: by a bridge, of which then some port is known. */
  #start(at: number): Branch {
    const packet = this.#packetAt(at);
    const started = scratch(this.#program.world, this.#program.memory, packet);
    if (packet.inInterface !== undefined) goThrough(started, { do: "receive", hook: "PREROUTING" });
    return started.branch;
  }

  #nameOf(register: number): string | undefined {
    const { machine, interfaces } = this.#lowered;
    const number = machine.registers[register] ?? 0;
    return number === 0 ? undefined : interfaces.nameOf(number);
  }

  /** What the packet last was, with what the machine has changed since. */
  #packetNow(first: Packet): Packet {
    const { registers } = this.#lowered.machine;
    const { family } = first;
    const ports = (registers[DESTINATION_PORT] ?? -1) >= 0;
    return {
      ...first,
      source: readAddress(registers, SOURCE, family),
      destination: readAddress(registers, DESTINATION, family),
      sourcePort: ports ? (registers[SOURCE_PORT] ?? 0) : first.sourcePort,
      destinationPort: ports ? (registers[DESTINATION_PORT] ?? 0) : first.destinationPort,
      mark: (registers[MARK] ?? 0) >>> 0,
      ttl: registers[TTL] ?? 0,
      inInterface: this.#nameOf(CAME_BY),
    };
  }
}
