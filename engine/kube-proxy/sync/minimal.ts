import { declaration } from "../text.js";
import { SHARED_CHAINS } from "../entry.js";
import { writeRuleSpec, type KubeRule } from "../rule.js";
import type { ServiceRules } from "../service-rules.js";
import { editByName, editByPosition } from "./edit-chain.js";
import type { RuleMemo } from "./rule-memo.js";
import type { ListedService, ServiceList } from "./service-list.js";

/** A Service before and after a change; without entries it is not there. */
export interface ServiceChange {
  readonly before: ListedService;
  readonly after: ListedService;
}

/** Rules of one chain, as what follows its name. */
type Specs = readonly string[];

/**
 * Writes restore input that changes just what differs: shared chains rule by rule, a Service's own
 * chains by whatever is shorter, edits or writing them anew. The list moves on with each Service,
 * as the positions of later ones depend on it.
 */
export class MinimalWriter {
  private readonly memo: RuleMemo;
  private readonly declarations: string[] = [];
  private readonly own: string[] = [];
  private readonly dispatch: string[] = [];
  private readonly filter: string[] = [];

  constructor(memo: RuleMemo) {
    this.memo = memo;
  }

  change({ before, after }: ServiceChange, list: ServiceList): void {
    const old = before.entries.map((entry) => this.memo.of(entry));
    const fresh = after.entries.map((entry) => this.memo.of(entry));
    const offsets = list.rulesBefore(after);
    for (const [index, { table, chain }] of SHARED_CHAINS.entries()) {
      const lines = editByName(
        chain,
        offsets[index] ?? 0,
        sharedSpecs(old, table, chain),
        sharedSpecs(fresh, table, chain),
      );
      (table === "nat" ? this.dispatch : this.filter).push(...lines);
    }
    const known = ownChains(old);
    for (const [chain, specs] of ownChains(fresh)) this.ownChain(chain, known.get(chain), specs);
    list.set(after);
  }

  /** The restore input, removing stale chains; empty when nothing is to be done. */
  finish(stale: readonly string[]): string {
    const nat = [
      ...this.declarations,
      ...stale.map(declaration),
      ...this.own,
      ...this.dispatch,
      ...stale.map((chain) => `-X ${chain}\n`),
    ];
    return inTable("filter", this.filter) + inTable("nat", nat);
  }

  private ownChain(chain: string, before: Specs | undefined, after: Specs): void {
    const anew = [declaration(chain), ...after.map((spec) => `-A ${chain}${spec}\n`)];
    if (before !== undefined) {
      const edits = editByPosition(chain, before, after);
      if (lengthOf(edits) < lengthOf(anew)) {
        this.own.push(...edits);
        return;
      }
    }
    const [declared, ...rules] = anew;
    if (declared !== undefined) this.declarations.push(declared);
    this.own.push(...rules);
  }
}

function specOf(rule: KubeRule): string {
  return writeRuleSpec(rule);
}

function sharedSpecs(all: readonly ServiceRules[], name: "nat" | "filter", chain: string): Specs {
  return all.flatMap(({ dispatch, filter }) =>
    (name === "nat" ? dispatch : filter).filter((rule) => rule.chain === chain).map(specOf),
  );
}

function ownChains(all: readonly ServiceRules[]): ReadonlyMap<string, Specs> {
  const chains = new Map<string, string[]>();
  for (const { chains: names, own } of all) {
    for (const name of names) chains.set(name, []);
    for (const rule of own) chains.get(rule.chain)?.push(specOf(rule));
  }
  return chains;
}

function inTable(name: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `*${name}\n${lines.join("")}COMMIT\n`;
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}
