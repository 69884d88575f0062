import type { PacketBatch } from "../batch.js";

/** Rows of a batch, several packets to a number. */
interface Row {
  readonly numbers: Uint32Array;
  /** By packet: its place is the packet's divided by this. */
  readonly packets: 1 | 2 | 4;
}

type Narrow = Uint8Array | Uint16Array | Uint32Array;

const UNROLLED = 4;

/**
 * Tells whether many packets have all traits but the source in common (protocol, flags, time to live,
 * interface, mark), as those of one batch often do; then these need not be looked at packet by packet.
 */
export class AlikePackets {
  /** `undefined`: the batch's rows do not stand where numbers of 32 bits may. */
  readonly #rows: readonly Row[] | undefined;

  constructor({ protocol, tcpFlags, ttl, inInterface, mark }: PacketBatch) {
    const rows = [protocol, tcpFlags, ttl, inInterface, mark].map(rowOf);
    this.#rows = rows.every((row) => row !== undefined) ? rows : undefined;
  }

  /** Of packets `from` to before `to`; false also where that is not easily seen. */
  areAlike(from: number, to: number): boolean {
    const step = UNROLLED * 4;
    if (this.#rows === undefined || from % step !== 0 || to % step !== 0) return false;
    return this.#rows.every(({ numbers, packets }) =>
      hasOneNumber(numbers, from / packets, to / packets, packets),
    );
  }
}

function rowOf(array: Narrow): Row | undefined {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size } = array;
  if (byteOffset % 4 !== 0) return undefined;
  const packets = size === 1 ? 4 : size === 2 ? 2 : 1;
  return { numbers: new Uint32Array(buffer, byteOffset, byteLength >> 2), packets };
}

/** All numbers are the first one, and that is the same for all packets in it. */
function hasOneNumber(row: Uint32Array, from: number, to: number, packets: 1 | 2 | 4): boolean {
  const first = (row[from] ?? 0) | 0;
  if (packets === 4 && first !== Math.imul(first & 0xff, 0x01010101)) return false;
  if (packets === 2 && first !== Math.imul(first & 0xffff, 0x00010001)) return false;
  let others = 0;
  for (let at = from | 0; at < to; at = (at + UNROLLED) | 0) {
    const one = ((row[at] ?? 0) ^ first) | ((row[at + 1] ?? 0) ^ first);
    const two = ((row[at + 2] ?? 0) ^ first) | ((row[at + 3] ?? 0) ^ first);
    others = others | one | two;
  }
  return others === 0;
}
