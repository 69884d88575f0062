import type * as FastCheck from "fast-check";

/** fast-check itself: handed in, so that the library needs it only where a test has it. */
export type Fc = typeof FastCheck;

export const NODES = ["node-0", "node-1", "node-2"] as const;
export const ZONES = ["zone-a", "zone-b"] as const;

/** How clusters may look; bounds are included. */
export interface ClusterBounds {
  /** Which families Services and slices have. */
  readonly families: readonly (4 | 6)[];
  readonly services: number;
  /** Of one Service. */
  readonly slices: number;
  /** Of one slice. */
  readonly endpoints: number;
  /** Only plain ClusterIP Services. */
  readonly plain: boolean;
}

export const USUAL_BOUNDS: ClusterBounds = {
  families: [4, 6],
  services: 5,
  slices: 3,
  endpoints: 4,
  plain: false,
};

/** Raw Kubernetes objects, as an API server would give them. */
export type RawObject = Readonly<Record<string, unknown>>;

/** The `index`th address of a range kept for one purpose; no two purposes share addresses. */
export function addressIn(family: 4 | 6, purpose: Purpose, index: number): string {
  const { four, six } = RANGES[purpose];
  return family === 4
    ? `${four}.${(index >> 8) & 255}.${index & 255}`
    : `${six}::${(index + 1).toString(16)}`;
}

const RANGES = {
  cluster: { four: "10.96", six: "fd00:10:96" },
  pod: { four: "10.244", six: "fd00:10:244" },
  external: { four: "192.0", six: "2001:db8:1" },
  loadBalancer: { four: "203.0", six: "2001:db8:2" },
} as const;
export type Purpose = keyof typeof RANGES;
