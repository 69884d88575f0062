import { ByteWriter } from "./bytes.js";
import type { Belief } from "../services/types.js";
import {
  declarationBytes,
  entryBytes,
  isWritten,
  type Chunk,
  type Entry,
  type WrittenEntry,
} from "./entry.js";
import { declaration, type Frame } from "./text.js";

/** The entries of one Service, in their order. */
export interface ServiceEntries {
  readonly entries: readonly Entry[];
}

/**
 * kube-proxy's restore input: shared chains whole, a Service's own chains only where `rewritten`
 * says so. Filter comes first; node port jumps come last, after the removal of stale chains.
 */
export function writeEverything<Service extends ServiceEntries>(
  frame: Frame,
  services: Iterable<Service>,
  rewritten: (service: Service) => boolean,
  stale: readonly string[],
): Uint8Array {
  const filter: WrittenEntry[] = [];
  const entries: WrittenEntry[] = [];
  const whole: boolean[] = [];
  let size = 0;
  for (const service of services) {
    const isWhole = rewritten(service);
    for (const entry of service.entries) {
      if (!isWritten(entry)) throw new RangeError(`${entry.belief.port.label} is not written`);
      if (entry.filterEnd > entry.filterStart) filter.push(entry);
      entries.push(entry);
      whole.push(isWhole);
      size += isWhole ? entryBytes(entry) : entry.filterEnd - entry.filterStart;
      if (!isWhole) size += entry.dispatchEnd - entry.natStart;
    }
  }
  const staleHead = stale.map(declaration).join("");
  const staleTail = stale.map((chain) => `-X ${chain}\n`).join("");
  const out = new ByteWriter(size + frameBytes(frame) + staleHead.length + staleTail.length);
  out.write(frame.filterHead);
  for (const { chunk, filterStart, filterEnd } of filter) {
    out.append(chunk.filter, filterStart, filterEnd);
  }
  out.write(frame.filterTail + frame.natChains);
  for (const [index, { chunk, declarationsStart, declarationsEnd }] of entries.entries()) {
    if (whole[index] === true) out.append(chunk.declarations, declarationsStart, declarationsEnd);
  }
  out.write(staleHead + frame.natHead);
  for (const [index, { chunk, natStart, dispatchEnd, natEnd }] of entries.entries()) {
    out.append(chunk.nat, natStart, whole[index] === true ? natEnd : dispatchEnd);
  }
  out.write(staleTail + frame.natTail);
  return out.view(0);
}

function frameBytes(frame: Frame): number {
  return Object.values(frame).reduce((sum: number, { length }: string) => sum + length, 0);
}

/** Bytes of nat's declarations and of all before them, about; to be kept free before nat's rules. */
export function headroomFor(frame: Frame, beliefs: readonly Belief[]): number {
  return frameBytes(frame) + declarationBytes(beliefs);
}

/**
 * kube-proxy's restore input of a chunk whose entries are in order and all there is. The chunk
 * becomes the restore input, and is not to be used again.
 */
export function writeChunk(frame: Frame, chunk: Chunk, stale: readonly string[]): Uint8Array {
  const { filter, declarations, nat } = chunk;
  const head = new ByteWriter(frameBytes(frame) + filter.length + declarations.length);
  head.write(frame.filterHead);
  head.append(filter, 0, filter.length);
  head.write(frame.filterTail + frame.natChains);
  head.append(declarations, 0, declarations.length);
  head.write(stale.map(declaration).join("") + frame.natHead);
  nat.write(stale.map((chain) => `-X ${chain}\n`).join("") + frame.natTail);
  nat.prepend(head);
  return nat.view(0);
}
