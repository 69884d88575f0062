import { compareText } from "../../services/names.js";
import { SHARED_CHAINS, type Entry, type SharedCounts } from "../entry.js";

/** A Service with the entries of its ports, in their order. */
export interface ListedService {
  readonly namespace: string;
  readonly name: string;
  readonly entries: readonly Entry[];
}

interface Block {
  services: ListedService[];
  totals: number[];
}

/** Blocks of this size, double at most: neighbours move little and few blocks are counted. */
const BLOCK_SIZE = 128;

/**
 * All Services in order. Finds, replaces and counts the rules before one without passing over the
 * others: kube-proxy's own order costs 10,000 steps a sync, this some hundred.
 */
export class ServiceList {
  private blocks: Block[] = [];

  *[Symbol.iterator](): Generator<ListedService> {
    for (const { services } of this.blocks) yield* services;
  }

  /** Takes many in one go. */
  replaceAll(services: readonly ListedService[]): void {
    const sorted = services.toSorted(compareServices);
    this.blocks = [];
    for (let at = 0; at < sorted.length; at += BLOCK_SIZE) {
      this.blocks.push(makeBlock(sorted.slice(at, at + BLOCK_SIZE)));
    }
  }

  /** Puts a Service in its place, instead of the one of its name; without entries it goes. */
  set(service: ListedService): void {
    const blockAt = this.blockOf(service);
    const block = this.blocks[blockAt];
    if (block === undefined) {
      if (service.entries.length > 0) this.blocks.push(makeBlock([service]));
      return;
    }
    const at = placeIn(block.services, service);
    const known = block.services[at];
    const replaced =
      known !== undefined && compareServices(known, service) === 0 ? known : undefined;
    if (replaced !== undefined) addCounts(block.totals, replaced, -1);
    if (service.entries.length > 0) {
      addCounts(block.totals, service, 1);
      block.services.splice(at, replaced === undefined ? 0 : 1, service);
    } else if (replaced !== undefined) {
      block.services.splice(at, 1);
    }
    this.balance(blockAt, block);
  }

  /** How many rules stand before those of a Service in each of `SHARED_CHAINS`. */
  rulesBefore(service: Pick<ListedService, "namespace" | "name">): SharedCounts {
    const counts = SHARED_CHAINS.map(() => 0);
    const blockAt = this.blockOf(service);
    for (let at = 0; at < blockAt; at++) {
      const totals = this.blocks[at]?.totals ?? [];
      for (let chain = 0; chain < counts.length; chain++) {
        counts[chain] = (counts[chain] ?? 0) + (totals[chain] ?? 0);
      }
    }
    const services = this.blocks[blockAt]?.services ?? [];
    const place = placeIn(services, service);
    for (let at = 0; at < place; at++) {
      const before = services[at];
      if (before !== undefined) addCounts(counts, before, 1);
    }
    return counts;
  }

  /** Index of the last block that starts no later than the Service; 0 when all start later. */
  private blockOf(service: Pick<ListedService, "namespace" | "name">): number {
    let low = 0;
    let high = this.blocks.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const first = this.blocks[middle]?.services[0];
      if (first !== undefined && compareServices(first, service) <= 0) low = middle;
      else high = middle;
    }
    return low;
  }

  private balance(at: number, block: Block): void {
    if (block.services.length === 0) this.blocks.splice(at, 1);
    else if (block.services.length > 2 * BLOCK_SIZE) {
      const tail = makeBlock(block.services.slice(BLOCK_SIZE));
      this.blocks.splice(at, 1, makeBlock(block.services.slice(0, BLOCK_SIZE)), tail);
    }
  }
}

/** By namespace, then name. */
export function compareServices(
  left: Pick<ListedService, "namespace" | "name">,
  right: Pick<ListedService, "namespace" | "name">,
): number {
  return compareText(left.namespace, right.namespace) || compareText(left.name, right.name);
}

/** Index of the first that does not stand before the Service. */
function placeIn(
  services: readonly ListedService[],
  service: Pick<ListedService, "namespace" | "name">,
): number {
  let low = 0;
  let high = services.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = services[middle];
    if (other !== undefined && compareServices(other, service) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function makeBlock(services: ListedService[]): Block {
  const totals = SHARED_CHAINS.map(() => 0);
  for (const service of services) addCounts(totals, service, 1);
  return { services, totals };
}

function addCounts(totals: number[], { entries }: ListedService, sign: 1 | -1): void {
  for (const { counts } of entries) {
    for (let chain = 0; chain < totals.length; chain++) {
      totals[chain] = (totals[chain] ?? 0) + sign * (counts[chain] ?? 0);
    }
  }
}
