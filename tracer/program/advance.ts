import type { PacketBatch } from "./batch.js";
import {
  DONE,
  execute,
  LEFT,
  NEEDS_CHECK,
  NEEDS_DRAWS,
  NEEDS_LOOKUP,
  NEEDS_NOTE,
  NEEDS_NOTHING,
  NEEDS_OPENING,
  NEEDS_ROOM,
  NEEDS_ROUTE,
  NEEDS_STEP,
} from "./execute.js";
import { MARK } from "./fields.js";
import { NEXT_PACKET, type Machine } from "./machine.js";
import type { Lowered } from "./program.js";
import { note } from "./recollection.js";
import { CAME_BY, DESTINATION_CLASS, SOURCE_CLASS } from "./registers.js";
import type { BatchResult } from "./result.js";
import { lookUp, step } from "./step.js";

/** Where a machine stands before the first packet of a batch. */
export function rewind(machine: Machine): void {
  machine.at = 0;
  machine.matchedCount = 0;
  nextPacket(machine);
}

/** The packet that the machine stands at was done by somebody else. */
export function passOver(machine: Machine): void {
  machine.at++;
  nextPacket(machine);
}

function nextPacket(machine: Machine): void {
  machine.pc = NEXT_PACKET;
  machine.verdict = LEFT;
}

/**
 * Runs the batch on from where the machine stands, until it is `DONE` or a packet is `LEFT` to the
 * reference walk, with its draws given back and none of its rules noted.
 */
export function advance(lowered: Lowered, packets: PacketBatch, out: BatchResult): number {
  const { machine } = lowered;
  for (;;) {
    const need = execute(machine, packets, out);
    if (need === DONE) return DONE;
    if (need === LEFT || !supply(lowered, need)) {
      machine.dice.ahead.next = machine.firstDraw;
      machine.matchedCount = machine.firstMatch;
      return LEFT;
    }
  }
}

/** Does what the machine needs, so that it can go on; false: only the reference can. */
export function supply({ machine, firstPackets }: Lowered, need: number): boolean {
  const { registers, decisions } = machine;
  switch (need) {
    case NEEDS_ROUTE:
      decisions.learn(
        registers[CAME_BY] ?? 0,
        registers[SOURCE_CLASS] ?? 0,
        registers[DESTINATION_CLASS] ?? 0,
        registers[MARK] ?? 0,
      );
      return true;
    case NEEDS_STEP:
      return step(machine);
    case NEEDS_LOOKUP:
      lookUp(machine);
      return true;
    case NEEDS_DRAWS: {
      const { ahead } = machine.dice;
      ahead.more(machine.firstDraw);
      machine.firstDraw = 0;
      return ahead.next < ahead.end;
    }
    case NEEDS_ROOM:
      makeRoom(machine);
      return true;
    case NEEDS_OPENING:
      firstPackets.learn(machine.kind);
      return true;
    case NEEDS_CHECK:
      return !machine.known.hasPacket(registers);
    case NEEDS_NOTE:
      noteWay(machine);
      return true;
    case NEEDS_NOTHING:
      return true;
    default:
      return false;
  }
}

/** For what the next operation may match, and twice as much as there was. */
function makeRoom(machine: Machine): void {
  const { matched, recollection } = machine;
  const grown = new Uint32Array(matched.length * 2 + recollection.rulesCount + 1024);
  grown.set(matched);
  machine.matched = grown;
}

/** Devices with numbers above this are not told apart in a recollection. */
const MOST_DEVICES = 1 << 15;

function noteWay(machine: Machine): void {
  const { registers, recollection, matched, matchedBefore, matchedCount, noting } = machine;
  machine.noting = -1;
  if (machine.interfaceCount >= MOST_DEVICES) return;
  const key = [machine.notedAt, machine.notedMark, machine.notedDevices, machine.notedKind];
  note(recollection, noting, key, {
    verdict: machine.verdict,
    tried: machine.tried - machine.triedBefore,
    mark: registers[MARK] ?? 0,
    rules: matched.subarray(matchedBefore, matchedCount),
  });
}
