import { PROBABILITY_GRID } from "../../engine/iptables/probability.js";
import { Luck } from "../../tracer/choose/luck.js";
import type { Chooser } from "../../tracer/choose/types.js";
import type { PacketBatch } from "../../tracer/program/batch.js";
import { VERDICTS } from "../../tracer/walk/result.js";
import { isLocal, routeTo } from "./linear-node.js";
import {
  COLUMN,
  FLAG,
  NO_DRAW,
  ROW,
  stateBits,
  TARGET,
  type LinearProgram,
} from "./linear-program.js";

/** What became of each packet; as `BatchResult` of the tracer has it. */
export interface LinearResult {
  readonly verdict: Uint8Array;
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  readonly destinationPort: Uint16Array;
  readonly mark: Uint32Array;
  readonly tried: Uint32Array;
  /** Rules that matched, packet after packet, and where those of each packet end. */
  readonly matched: Uint32Array;
  readonly matchedEnd: Uint32Array;
}

const MOST_MATCHES = 32;
const DEEPEST = 16;

export function makeLinearResult(count: number): LinearResult {
  return {
    verdict: new Uint8Array(count),
    source: new Uint32Array(count),
    destination: new Uint32Array(count),
    destinationPort: new Uint16Array(count),
    mark: new Uint32Array(count),
    tried: new Uint32Array(count),
    matched: new Uint32Array(count * MOST_MATCHES),
    matchedEnd: new Uint32Array(count),
  };
}

const FORWARDED = VERDICTS.indexOf("forwarded");
const SENT = VERDICTS.indexOf("sent");
const DELIVERED = VERDICTS.indexOf("delivered");
const DROPPED = VERDICTS.indexOf("dropped");
const UNROUTED = VERDICTS.indexOf("unrouted");

const NEW = stateBits(["NEW"]);
const DNAT = stateBits(["DNAT"]);

/** Scans the rules for every packet one by one, as the kernel's `ipt_do_table` does. */
export function scanBatch(
  program: LinearProgram,
  packets: PacketBatch,
  out: LinearResult,
  { lot }: Chooser,
): void {
  const scan = new LinearScan(program, out.matched);
  for (let at = 0; at < packets.count; at++) {
    out.verdict[at] = scan.run(packets, at, lot() ?? 0);
    out.source[at] = scan.source;
    out.destination[at] = scan.destination;
    out.destinationPort[at] = scan.destinationPort;
    out.mark[at] = scan.mark;
    out.tried[at] = scan.tried;
    out.matchedEnd[at] = scan.matchedCount;
  }
}

class LinearScan {
  source = 0;
  destination = 0;
  destinationPort = 0;
  mark = 0;
  tried = 0;
  matchedCount = 0;
  #protocol = 0;
  #states = NEW;
  readonly #program: LinearProgram;
  readonly #matched: Uint32Array;
  #lot = 0;
  readonly #luck = new Luck();
  /** Where callers go on, and where their chains end. */
  readonly #returns = new Int32Array(DEEPEST);
  readonly #ends = new Int32Array(DEEPEST);

  constructor(program: LinearProgram, matched: Uint32Array) {
    this.#program = program;
    this.#matched = matched;
  }

  /** The verdict, by its number in `VERDICTS`; the fields tell the rest. */
  run(packets: PacketBatch, at: number, lot: number): number {
    this.#lot = lot;
    this.#luck.restart();
    this.source = (packets.source[at] ?? 0) | 0;
    this.destination = (packets.destination[at] ?? 0) | 0;
    this.destinationPort = packets.destinationPort[at] ?? 0;
    this.mark = packets.mark[at] ?? 0;
    this.tried = 0;
    this.#protocol = packets.protocol[at] ?? 0;
    this.#states = NEW;
    const { stages, node } = this.#program;
    const own = packets.inInterface[at] === 0;
    if (!this.#pass(own ? stages.output : stages.prerouting)) return DROPPED;
    if (!own && isLocal(node, this.destination)) {
      return this.#pass(stages.input) ? DELIVERED : DROPPED;
    }
    if (!own && !this.#pass(stages.forward)) return DROPPED;
    if (routeTo(node, this.destination) < 0) return UNROUTED;
    if (!this.#pass(stages.postrouting)) return DROPPED;
    return own ? SENT : FORWARDED;
  }

  #pass(chains: Int32Array): boolean {
    for (let at = 0; at < chains.length; at++) {
      if (!this.#scan(chains[at] ?? 0)) return false;
    }
    return true;
  }

  /** False for a packet that is dropped. */
  #scan(chain: number): boolean {
    const { destinationMask, destinationValue, rows, starts, ends } = this.#program;
    let rule = starts[chain] ?? 0;
    let end = ends[chain] ?? 0;
    let depth = 0;
    for (;;) {
      const from = rule;
      const { destination } = this;
      // Of the rules that fail nearly all fail here.
      while (
        rule < end &&
        (destination & (destinationMask[rule] ?? 0)) !== (destinationValue[rule] ?? 0)
      ) {
        rule++;
      }
      if (rule >= end) {
        this.tried += rule - from;
        if (depth === 0) return true;
        depth--;
        rule = this.#returns[depth] ?? 0;
        end = this.#ends[depth] ?? 0;
        continue;
      }
      this.tried += rule - from + 1;
      const row = rule * ROW;
      rule++;
      if (!this.#matches(rows, row)) continue;
      this.#matched[this.matchedCount++] = rule - 1;
      switch (rows[row + COLUMN.target]) {
        case TARGET.jump: {
          const to = rows[row + COLUMN.first] ?? 0;
          this.#returns[depth] = rule;
          this.#ends[depth] = end;
          depth++;
          rule = starts[to] ?? 0;
          end = ends[to] ?? 0;
          break;
        }
        case TARGET.return:
          rule = end;
          break;
        case TARGET.mark:
          this.mark =
            ((this.mark & ~(rows[row + COLUMN.second] ?? 0)) ^ (rows[row + COLUMN.first] ?? 0)) >>>
            0;
          break;
        case TARGET.accept:
          return true;
        case TARGET.drop:
          return false;
        case TARGET.dnat:
          this.#states |= DNAT;
          this.destination = rows[row + COLUMN.first] ?? 0;
          this.destinationPort = rows[row + COLUMN.second] ?? 0;
          return true;
        case TARGET.masquerade: {
          const { node } = this.#program;
          this.source = node.routeSource[routeTo(node, this.destination)] ?? 0;
          return true;
        }
        default:
      }
    }
  }

  /** All but the destination, which has passed. */
  #matches(rows: Int32Array, row: number): boolean {
    const flags = rows[row + COLUMN.flags] ?? 0;
    const protocol = rows[row + COLUMN.protocol] ?? 0;
    if (protocol !== 0 && protocol !== this.#protocol) return false;
    const fromThere =
      (this.source & (rows[row + COLUMN.sourceMask] ?? 0)) === rows[row + COLUMN.sourceValue];
    if (fromThere === ((flags & FLAG.notSource) !== 0)) return false;
    if (this.destinationPort < (rows[row + COLUMN.firstPort] ?? 0)) return false;
    if (this.destinationPort > (rows[row + COLUMN.lastPort] ?? 0)) return false;
    if (flags !== 0 && !this.#matchesRare(rows, row, flags)) return false;
    const threshold = rows[row + COLUMN.threshold] ?? NO_DRAW;
    return threshold === NO_DRAW || this.#luck.decide(this.#lot, threshold, PROBABILITY_GRID);
  }

  #matchesRare(rows: Int32Array, row: number, flags: number): boolean {
    if ((flags & FLAG.mark) !== 0) {
      const marked =
        (this.mark & (rows[row + COLUMN.markMask] ?? 0)) === rows[row + COLUMN.markValue];
      if (marked === ((flags & FLAG.notMark) !== 0)) return false;
    }
    if ((flags & FLAG.states) !== 0) {
      const inState = (this.#states & (rows[row + COLUMN.states] ?? 0)) !== 0;
      if (inState === ((flags & FLAG.notStates) !== 0)) return false;
    }
    return (flags & FLAG.toLocal) === 0 || isLocal(this.#program.node, this.destination);
  }
}
