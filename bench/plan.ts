import type { BenchOptions } from "./options.js";
import { PHASES } from "./phases/index.js";
import type { PhaseName, Size } from "./types.js";

/** One measurement to take. */
export interface Planned {
  readonly phase: PhaseName;
  readonly size: Size;
}

const USUAL_ENDPOINTS = 10;
const QUICK: Size = { services: 1_000, endpoints: USUAL_ENDPOINTS };

/** What is measured, phase after phase, the small sizes first. */
export function planOf({ phases, sizes, endpoints, quick }: BenchOptions): readonly Planned[] {
  return phases.flatMap((phase) => {
    const own = quick ? [QUICK] : PHASES[phase].sizes;
    const wanted =
      sizes?.map((services) => ({ services, endpoints: endpoints ?? USUAL_ENDPOINTS })) ??
      own.map((size) => ({ services: size.services, endpoints: endpoints ?? size.endpoints }));
    return distinct(wanted).map((size) => ({ phase, size }));
  });
}

/** Each size once, in order. */
export function distinct(sizes: readonly Size[]): readonly Size[] {
  return [...new Map(sizes.map((size) => [`${size.services} ${size.endpoints}`, size])).values()];
}

/** All sizes that are measured, the small ones first. */
export function sizesOf(plan: readonly Planned[]): readonly Size[] {
  const volume = ({ services, endpoints }: Size) => services * endpoints;
  return distinct(plan.map(({ size }) => size)).toSorted(
    (left, right) => volume(left) - volume(right),
  );
}
