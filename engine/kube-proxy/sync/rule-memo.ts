import type { Belief } from "../../services/types.js";
import type { SyncConditions } from "../context.js";
import { countEntry, type Entry } from "../entry.js";
import { serviceRules, type ServiceRules } from "../service-rules.js";

/**
 * The rules of the entries that one sync looks at. Making them hashes every endpoint's name, and
 * keeping them for all entries would cost ten times the memory of their text.
 */
export class RuleMemo {
  private readonly known = new Map<Entry, ServiceRules>();

  /** An entry for a sync that does not write it. */
  count(belief: Belief, conditions: SyncConditions): Entry {
    const rules = serviceRules(belief, conditions);
    const entry = countEntry(belief, conditions, rules);
    this.known.set(entry, rules);
    return entry;
  }

  of(entry: Entry): ServiceRules {
    const known = this.known.get(entry);
    if (known !== undefined) return known;
    const rules = serviceRules(entry.belief, entry.conditions);
    this.known.set(entry, rules);
    return rules;
  }
}
