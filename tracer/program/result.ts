import type { Family } from "../../engine/net/ip.js";
import { wordsOf } from "./fields.js";
import type { PacketBatch } from "./batch.js";

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
  /** Rules that matched, packet after packet, by their number in `Program.rules`. */
  matched: Uint32Array;
  /** Where in `matched` the rules of packet n end; those of the first begin at 0. */
  readonly matchedEnd: Uint32Array;
}

/** Rules that a packet matches, about; there is more room made when it does not do. */
const EXPECTED_MATCHES = 16;

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
    matched: new Uint32Array(Math.max(64, count * EXPECTED_MATCHES)),
    matchedEnd: new Uint32Array(count),
  };
}

/** Numbers of the rules that a packet matched, in order. */
export function matchedRules({ matched, matchedEnd }: BatchResult, at: number): readonly number[] {
  const rules: number[] = [];
  for (let next = at === 0 ? 0 : (matchedEnd[at - 1] ?? 0); next < (matchedEnd[at] ?? 0); next++) {
    rules.push(matched[next] ?? 0);
  }
  return rules;
}
