import { ByteWriter } from "./bytes.js";
import type { Entry } from "./entry.js";
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
  const shared: Entry[] = [];
  const own = new Set<Entry>();
  let size = 0;
  for (const service of services) {
    const whole = rewritten(service);
    for (const entry of service.entries) {
      if (entry.filter.length > 0) filter.push(entry);
      shared.push(entry);
      if (whole) own.add(entry);
      size += entry.filter.length + entry.dispatchLength;
      if (whole) size += entry.declarations.length + entry.nat.length - entry.dispatchLength;
    }
  }
  const staleHead = stale.map(declaration).join("");
  const staleTail = stale.map((chain) => `-X ${chain}\n`).join("");
  const framing = Object.values(frame).reduce((sum: number, { length }: string) => sum + length, 0);
  const out = new ByteWriter(size + framing + staleHead.length + staleTail.length);
  out.write(frame.filterHead);
  for (const entry of filter) out.append(entry.filter, 0, entry.filter.length);
  out.write(frame.filterTail + frame.natChains);
  for (const entry of own) out.append(entry.declarations, 0, entry.declarations.length);
  out.write(staleHead + frame.natHead);
  for (const entry of shared) {
    out.append(entry.nat, 0, own.has(entry) ? entry.nat.length : entry.dispatchLength);
  }
  out.write(staleTail + frame.natTail);
  return out.view(0);
}
