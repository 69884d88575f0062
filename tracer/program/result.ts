import type { Family } from "../../engine/net/ip.js";
import type { PacketBatch } from "./batch.js";
import { DESTINATION, MARK, SOURCE, wordsOf } from "./fields.js";
import { DESTINATION_KEY, LEAVES_BY, SOURCE_KEY } from "./registers.js";
import type { Standing } from "./standing.js";

/**
 * What became of each packet of a batch, side by side as the packets are. A packet that may go
 * several ways, because something about it cannot be known, has the verdict `unknown`; its other
 * properties are then as they came, and no rule is noted.
 */
export interface BatchResult {
  readonly family: Family;
  /** Names that `outInterface` points to; the first is empty: none. */
  interfaces: readonly string[];
  /** Index into `VERDICTS`. */
  readonly verdict: Uint8Array;
  /** As the packet was when it ended, laid out as in the batch. */
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  readonly sourcePort: Uint16Array;
  readonly destinationPort: Uint16Array;
  readonly mark: Uint32Array;
  /** Index into `interfaces`. */
  readonly outInterface: Uint16Array;
  /** How many rules the kernel's linear scan tries on the packet's way. */
  readonly tried: Uint32Array;
  /**
   * Which rules matched: a number that stands for the same rules in all batches of the program; below
   * 0 for rules of this batch alone, -1 less their place in `lists.own`. `matchedRules` tells them.
   */
  readonly list: Int32Array;
  lists: RuleLists;
}

/** Lists of rules by their numbers in `Program.rules`: each begins with how many there are. */
export interface RuleLists {
  readonly planned: Int32Array;
  /** By the number of `BatchResult.list`: where in `planned` its rules stand. */
  readonly places: Int32Array;
  readonly own: Int32Array;
}

const NO_RULES = new Int32Array(1);

/** Room for the answers about a batch, to be used again for batches of the same size. */
export function makeResult({ family, count }: Pick<PacketBatch, "family" | "count">): BatchResult {
  return {
    family,
    interfaces: [""],
    verdict: new Uint8Array(count),
    source: new Uint32Array(count * wordsOf(family)),
    destination: new Uint32Array(count * wordsOf(family)),
    sourcePort: new Uint16Array(count),
    destinationPort: new Uint16Array(count),
    mark: new Uint32Array(count),
    outInterface: new Uint16Array(count),
    tried: new Uint32Array(count),
    list: new Int32Array(count),
    lists: { planned: NO_RULES, places: NO_RULES, own: NO_RULES },
  };
}

/** Writes what became of packet `at`, but for the rules that matched. */
export function writeResult(
  out: BatchResult,
  at: number,
  verdict: number,
  { registers, tried }: Standing,
): void {
  const words = wordsOf(out.family);
  out.verdict[at] = verdict;
  out.tried[at] = tried;
  out.mark[at] = registers[MARK] ?? 0;
  out.sourcePort[at] = registers[SOURCE_KEY] ?? 0;
  out.destinationPort[at] = registers[DESTINATION_KEY] ?? 0;
  out.outInterface[at] = registers[LEAVES_BY] ?? 0;
  for (let word = 0; word < words; word++) {
    out.source[at * words + word] = registers[SOURCE + word] ?? 0;
    out.destination[at * words + word] = registers[DESTINATION + word] ?? 0;
  }
}

/** Numbers of the rules that a packet matched, in order. */
export function matchedRules(
  { list, lists }: Pick<BatchResult, "list" | "lists">,
  at: number,
): readonly number[] {
  const number = list[at] ?? 0;
  const row = number >= 0 ? lists.planned : lists.own;
  const place = number >= 0 ? (lists.places[number] ?? 0) : -1 - number;
  return [...row.subarray(place + 1, place + 1 + (row[place] ?? 0))];
}
