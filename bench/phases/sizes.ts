import type { Size } from "../types.js";

/** Services of ten endpoints, as kube-proxy's own figures have them. */
const tenEach = (services: number): Size => ({ services, endpoints: 10 });

/** Those at which a packet's cost must stay what it is. */
export const MAIN_SIZES: readonly Size[] = [10, 100, 1_000, 10_000, 30_000].map(tenEach);

/** Those of phases that only grow with the cluster. */
export const GROWING_SIZES: readonly Size[] = [100, 1_000, 10_000].map(tenEach);

/** Those that kube-proxy's published sync times are for, and a Service with a hundred Pods. */
export const SYNC_SIZES: readonly Size[] = [
  tenEach(100),
  tenEach(1_000),
  tenEach(5_000),
  tenEach(10_000),
  { services: 1_000, endpoints: 100 },
];

/** About 1,000, 10,000, 100,000 and 320,000 rules. */
export const RULE_SIZES: readonly Size[] = [31, 312, 3_125, 10_000].map(tenEach);

/** One Service of very many Pods among few others, and the usual ones among many. */
export const ODDS_SIZES: readonly Size[] = [
  tenEach(100),
  tenEach(10_000),
  { services: 10, endpoints: 1_000 },
];

/** Those that somebody looks at as a whole. */
export const MATRIX_SIZES: readonly Size[] = [10, 100, 1_000, 10_000].map(tenEach);

/** Loading more rules than these takes the kernel longer than all that is timed. */
export const KERNEL_SIZES: readonly Size[] = [100, 1_000, 10_000].map(tenEach);
