import type { Outcome } from "../walk/walk.js";
import { groupOutcomes, suppositionKey, type OutcomeGroup } from "./group.js";

/** All ends of one packet, and which of them a walk came to whose ports were drawn. */
export interface Ends {
  readonly groups: readonly OutcomeGroup[];
  /** Place in `groups` by `wayKey`. */
  readonly byWay: ReadonlyMap<string, number>;
}

/** Groups outcomes by their ends, and tells by a way which end it leads to. */
export function endsOf(outcomes: readonly Outcome[]): Ends {
  const groups = groupOutcomes(outcomes);
  const byWay = new Map<string, number>();
  for (const [index, { ways }] of groups.entries()) {
    for (const way of ways) byWay.set(wayKey(way), index);
  }
  return { groups, byWay };
}

/**
 * The same for walks that went the same way, whichever ports NAT picked on it: what every way leaves
 * open, dice fill in.
 */
export function wayKey({ path }: Outcome): string {
  const { verdict, because, last, out, steps, conditions } = path;
  return JSON.stringify([
    verdict,
    because,
    String(last.source),
    String(last.destination),
    last.mark,
    out,
    steps.map(({ hook, table, chain, rule }) => `${hook} ${table} ${chain} ${rule}`),
    suppositionKey(conditions),
  ]);
}
