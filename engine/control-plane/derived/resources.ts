import { ENDPOINTS } from "./endpoints.js";
import { EVENTS } from "./events.js";
import type { DerivedResource } from "./types.js";

/** Every kind that is made from others. */
export const DERIVED_RESOURCES: readonly DerivedResource[] = [ENDPOINTS, EVENTS];

/** Finds `ev`, `event` or `events`, as kubectl's arguments name resources. */
export function derivedNamed(word: string): DerivedResource | undefined {
  const lower = word.toLowerCase();
  return DERIVED_RESOURCES.find(
    ({ plural, singular, shortNames }) =>
      lower === plural || lower === singular || shortNames.includes(lower),
  );
}
