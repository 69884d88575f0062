import { HOOKS } from "../../engine/iptables/types.js";
import { askMatch } from "../match/index.js";
import type { Packet } from "../packet/types.js";
import type { Branch } from "../walk/branch.js";
import type { Backend } from "../walk/link.js";
import { readAddress } from "./fields.js";
import { DESTINATION, DESTINATION_PORT, MARK, SOURCE, SOURCE_PORT } from "./fields.js";
import { HOOK_BEFORE } from "./operations.js";
import type { Lowered, Program } from "./program.js";
import { goThrough, scratch } from "./scratch.js";
import { CAME_BY, LEAVES_BY, SEEN_OUT, TTL, type Registers } from "./registers.js";
import type { Standing } from "./standing.js";

export const SAYS_NO = 0;
export const SAYS_YES = 1;
/** It is in doubt, or does more than to say yes or no. */
const SAYS_NEITHER = 2;

/**
 * Asks matches that are not lowered about a packet, as the reference walk would:
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

  /** The match that packet `at` of the batch stands at. */
  ask(at: number, standing: Standing): number {
    if (at !== this.#at) this.#branch = undefined;
    this.#at = at;
    const { code } = this.#lowered.machine;
    const { registers, afterTable, pc } = standing;
    const found = this.#program.rules.at(code[pc + 1] ?? 0);
    const match = found?.rule.rule.matches[code[pc + 2] ?? 0];
    if (found === undefined || match === undefined) return SAYS_NEITHER;
    const branch = (this.#branch ??= this.#start(at));
    const hook = HOOKS[code[afterTable - HOOK_BEFORE] ?? 0] ?? "PREROUTING";
    branch.packet = this.#packetNow(branch.packet, registers);
    branch.out = this.#nameOf(registers, LEAVES_BY);
    branch.seenOut = this.#nameOf(registers, SEEN_OUT);
    branch.scan = {
      hook,
      table: found.table,
      backend: this.#backend,
      later: [],
      base: found.chain,
      chain: found.chain,
      rule: found.rule.number - 1,
      match: code[pc + 2] ?? 0,
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

  #nameOf(registers: Registers, register: number): string | undefined {
    const number = registers[register] ?? 0;
    return number === 0 ? undefined : this.#lowered.interfaces.nameOf(number);
  }

  /** What the packet last was, with what the program has changed since. */
  #packetNow(first: Packet, registers: Registers): Packet {
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
      inInterface: this.#nameOf(registers, CAME_BY),
    };
  }
}
