import { isServiceChain } from "../chain-names.js";
import { chainsOf, type Entry } from "../entry.js";
import type { RuleMemo } from "./rule-memo.js";

/**
 * Which chains of Services the kernel holds beyond those in use, without a list of all: chains
 * that nothing uses any more, and chains that a failed restore did not make.
 */
export class ChainBook {
  private readonly stale: Set<string>;
  private readonly absent = new Set<string>();
  /** Of the sync under way, for the case that it fails. */
  private changes: { readonly before: readonly Entry[]; readonly after: readonly Entry[] }[] = [];
  private revived = new Set<string>();
  private removed: readonly string[] = [];
  private hasFailed = false;

  constructor(current: readonly string[]) {
    this.stale = new Set(current.filter(isServiceChain));
  }

  /** A new sync begins; unless told otherwise, the restore before has succeeded. */
  begin(): void {
    if (!this.hasFailed) this.absent.clear();
    this.hasFailed = false;
    this.forget();
  }

  /** Entries of a Service take the place of others. */
  replace(before: readonly Entry[], after: readonly Entry[], memo: RuleMemo): void {
    this.changes.push({ before, after });
    if (before.length === 0 && this.stale.size === 0) return;
    const chainsNow = (entry: Entry) => memo.of(entry).chains;
    const used = new Set(after.flatMap(chainsNow));
    for (const chain of before.flatMap(chainsNow)) {
      if (!used.has(chain) && !this.absent.delete(chain)) this.stale.add(chain);
    }
    if (this.stale.size === 0) return;
    for (const chain of used) if (this.stale.delete(chain)) this.revived.add(chain);
  }

  /** The chains to remove now, sorted; from here on they are gone. */
  takeStale(): readonly string[] {
    this.removed = [...this.stale].sort();
    this.stale.clear();
    return this.removed;
  }

  /** The restore has failed: what it was to remove is still there, what it was to make is not. */
  fail(): void {
    this.hasFailed = true;
    for (const chain of this.removed) this.stale.add(chain);
    for (const { before, after } of this.changes) {
      const known = new Set(before.flatMap(chainsOf));
      for (const chain of after.flatMap(chainsOf)) {
        if (!known.has(chain) && !this.revived.has(chain)) this.absent.add(chain);
      }
    }
    this.forget();
  }

  private forget(): void {
    this.changes = [];
    this.revived = new Set();
    this.removed = [];
  }
}
