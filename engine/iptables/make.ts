import type { Origin, Rule } from "./types.js";

/** The parts of a rule that are not given stay open. */
export type RuleParts = Partial<Omit<Rule, "origin">> & { readonly origin: Origin };

/** A whole rule from the parts that matter, always of one shape. */
export function makeRule(parts: RuleParts): Rule {
  return {
    protocol: parts.protocol,
    source: parts.source,
    destination: parts.destination,
    inInterface: parts.inInterface,
    outInterface: parts.outInterface,
    fragment: parts.fragment,
    matches: parts.matches ?? [],
    target: parts.target,
    counters: parts.counters,
    origin: parts.origin,
  };
}

/** The value as a rule asks for it: plainly, or with `not` to be different. */
export function is<T>(value: T): { readonly not: false; readonly value: T } {
  return { not: false, value };
}

/** For an option with `!` before it: the value that is not to be. */
export function isNot<T>(value: T): { readonly not: true; readonly value: T } {
  return { not: true, value };
}
