import type { Family } from "../net/ip.js";
import type { EndpointSliceObject, EndpointsObject } from "../kubernetes/types.js";
import { endpointsOf, sliceCounts, type EndpointsByPort } from "./endpoints.js";
import { compareText } from "./names.js";
import { sameSlice } from "./same-slice.js";

const NO_ENDPOINTS: EndpointsByPort = new Map();

/** What a Service's endpoints were, and are since the last look. */
export interface EndpointsChange {
  readonly before: EndpointsByPort;
  readonly after: EndpointsByPort;
}

/**
 * The slices of one Service: those applied, and those that came since (kube-proxy's
 * `endpointSliceTracker`). The legacy Endpoints object counts while there is no slice.
 */
export class SliceTracker {
  endpoints: EndpointsByPort = NO_ENDPOINTS;
  private readonly applied = new Map<string, EndpointSliceObject>();
  private readonly pending = new Map<string, EndpointSliceObject | undefined>();
  private legacy: EndpointsObject | undefined;
  private legacyChanged = false;

  /** Takes a new version of a slice, or its end. */
  set(name: string, slice: EndpointSliceObject | undefined): void {
    const known = this.pending.has(name) ? this.pending.get(name) : this.applied.get(name);
    const unchanged =
      slice === undefined || known === undefined ? slice === known : sameSlice(slice, known);
    if (!unchanged) this.pending.set(name, slice);
  }

  setLegacy(endpoints: EndpointsObject | undefined): void {
    if (endpoints === this.legacy) return;
    this.legacy = endpoints;
    this.legacyChanged = true;
  }

  /** Nothing is left of the Service's endpoints. */
  get empty(): boolean {
    return this.applied.size === 0 && this.pending.size === 0 && this.legacy === undefined;
  }

  /** Applies what is pending; `undefined` when that is nothing. */
  commit(family: Family, nodeName: string | undefined): EndpointsChange | undefined {
    if (this.pending.size === 0 && !this.legacyChanged) return undefined;
    const before = this.endpoints;
    for (const [name, slice] of this.pending) {
      if (slice === undefined) this.applied.delete(name);
      else this.applied.set(name, slice);
    }
    this.pending.clear();
    this.legacyChanged = false;
    this.endpoints = endpointsOf(this.counting(), family, nodeName);
    return { before, after: this.endpoints };
  }

  private counting(): readonly EndpointSliceObject[] {
    if (this.applied.size === 0) return this.legacy?.slices.filter(sliceCounts) ?? [];
    const slices = [...this.applied.values()];
    return slices.length === 1
      ? slices
      : slices.sort((left, right) => compareText(left.name, right.name));
  }
}
