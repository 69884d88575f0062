import { seeded } from "../choose/seeded.js";
import type { DrawUnit } from "../odds/draw-units.js";
import { endsOf, type Ends } from "../odds/ends.js";
import { walkUnit } from "../odds/observe.js";
import type { Packet } from "../packet/types.js";
import { makeBatch, setPacket, type PacketBatch } from "../program/batch.js";
import { wordsOf } from "../program/fields.js";
import type { Program } from "../program/program.js";
import { makeResult, matchedRules, type BatchResult } from "../program/result.js";
import { runBatch } from "../program/run-batch.js";
import { tracePacket } from "../program/trace.js";
import { VERDICTS } from "../walk/result.js";
import type { Outcome } from "../walk/walk.js";

/** Connections that are drawn at a time; more of them would only leave the processor's cache. */
const AT_A_TIME = 4096;

/** Draws new connections of one packet, as often as asked. */
export type DrawEnds = (unit: DrawUnit) => readonly number[];

/** All ends of one packet, and who draws among them. */
export interface Drawer {
  readonly ends: Ends;
  readonly draw: DrawEnds;
}

/**
 * How often each end of `packet` comes out of a unit of draws, by place in `ends.groups`: by the
 * program where it tells the ends apart, else by the reference walk. Both draw the same.
 */
export function drawerOf(program: Program, packet: Packet): Drawer {
  const { world, memory } = program;
  const ends = endsOf(tracePacket(program, packet));
  const draw =
    programDrawer(program, packet, ends) ??
    ((unit: DrawUnit) => walkUnit(world, memory, packet, ends, unit));
  return { ends, draw };
}

/**
 * `undefined`: ends hang on what is not known, the packet says more than a batch can hold, or two
 * ends have the same rules.
 */
export function programDrawer(
  program: Program,
  packet: Packet,
  { groups }: Ends,
): DrawEnds | undefined {
  const byRules = new Map<number, number>();
  for (const [index, { ways }] of groups.entries()) {
    for (const way of ways) {
      const key = keyOfOutcome(program, way);
      const known = byRules.get(key);
      if (way.path.conditions.length > 0 || (known !== undefined && known !== index))
        return undefined;
      byRules.set(key, index);
    }
  }
  const batch = sameAgain(packet, AT_A_TIME);
  if (batch === undefined) return undefined;
  const out = makeResult(batch);
  /** Ends by the program's own lists of rules, each of which is of one verdict. */
  const byList = new Map<number, number>();
  return ({ count, seed }) => {
    const chooser = seeded(seed);
    const counts = groups.map(() => 0);
    for (let left = count; left > 0; left -= AT_A_TIME) {
      const part: PacketBatch = { ...batch, count: Math.min(left, AT_A_TIME) };
      runBatch(program, part, out, chooser);
      addUp(out, part.count, byRules, byList, counts);
    }
    return counts;
  };
}

/** A batch of nothing but this packet; `undefined` where a batch cannot hold it. */
function sameAgain(packet: Packet, count: number): PacketBatch | undefined {
  const names = packet.inInterface === undefined ? [] : [packet.inInterface];
  const batch = makeBatch(packet.family, count, names);
  if (!setPacket(batch, 0, packet)) return undefined;
  const words = wordsOf(packet.family);
  for (let at = 1; at < count; at++) {
    batch.source.copyWithin(at * words, 0, words);
    batch.destination.copyWithin(at * words, 0, words);
  }
  const { protocol, sourcePort, destinationPort, inInterface, mark, tcpFlags, ttl, tos } = batch;
  for (const array of [
    protocol,
    sourcePort,
    destinationPort,
    inInterface,
    mark,
    tcpFlags,
    ttl,
    tos,
  ]) {
    array.fill(array[0] ?? 0);
  }
  return batch;
}

function addUp(
  out: BatchResult,
  count: number,
  byRules: ReadonlyMap<number, number>,
  byList: Map<number, number>,
  counts: number[],
): void {
  for (let at = 0; at < count; at++) {
    const list = out.list[at] ?? 0;
    const known = list < 0 ? undefined : byList.get(list);
    const end = known ?? byRules.get(keyOf(out.verdict[at] ?? 0, matchedRules(out, at)));
    if (end === undefined) continue;
    counts[end] = (counts[end] ?? 0) + 1;
    if (known === undefined && list >= 0) byList.set(list, end);
  }
}

function keyOfOutcome({ rules }: Program, { path }: Outcome): number {
  const matched = path.steps.map((step) => rules.ofStep(step));
  return keyOf(VERDICTS.indexOf(path.verdict), matched);
}

/**
 * A number of 53 bits for a verdict and the rules that matched. That no two ends share one is seen
 * before anything is counted.
 */
function keyOf(verdict: number, matched: readonly number[]): number {
  let low = verdict + 1;
  let high = 0x9e3779b9;
  for (const rule of matched) {
    low = Math.imul(low ^ rule, 0x01000193);
    low ^= low >>> 15;
    high = Math.imul(high ^ rule, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return (high >>> 0) * 2 ** 21 + (low >>> 11);
}
