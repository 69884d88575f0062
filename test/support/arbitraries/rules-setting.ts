import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { SetReference } from "../../../engine/iptables/extensions/set-reference.js";
import type { Hook, TableName } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";

/** Where a rule is to stand, and what there is for it to name. */
export interface RuleSetting {
  readonly family: Family;
  readonly table: TableName;
  /** All from which the rule's chain may be reached. */
  readonly hooks: readonly Hook[];
  /** Chains of the table that the rule may jump to. */
  readonly chains: readonly string[];
  /** ipsets of the family, each with its number of dimensions; none: no rule uses sets. */
  readonly sets: readonly { readonly name: string; readonly dimensions: number }[];
  /** Matches and targets that are to be left out, by name. */
  readonly without: ReadonlySet<string>;
}

export function setReferenceOf({ sets }: RuleSetting): Arbitrary<SetReference> {
  return fc.constantFrom(...sets).chain(({ name, dimensions }) =>
    fc.record({
      set: fc.constant(name),
      parts: fc.array(fc.constantFrom("src" as const, "dst" as const), {
        minLength: dimensions,
        maxLength: dimensions,
      }),
    }),
  );
}
