import { ByteWriter } from "./bytes.js";
import { entryBytes, type Entry } from "./entry.js";
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
  const filter: Entry[] = [];
  const entries: Entry[] = [];
  const whole: boolean[] = [];
  let size = 0;
  for (const service of services) {
    const isWhole = rewritten(service);
    for (const entry of service.entries) {
      if (entry.filterEnd > entry.filterStart) filter.push(entry);
      entries.push(entry);
      whole.push(isWhole);
      size += isWhole ? entryBytes(entry) : entry.filterEnd - entry.filterStart;
      if (!isWhole) size += entry.dispatchEnd - entry.natStart;
    }
  }
  const staleHead = stale.map(declaration).join("");
  const staleTail = stale.map((chain) => `-X ${chain}\n`).join("");
  const framing = Object.values(frame).reduce((sum: number, { length }: string) => sum + length, 0);
  const out = new ByteWriter(size + framing + staleHead.length + staleTail.length);
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
