import type { Family } from "../net/ip.js";
import type { EndpointSliceObject, EndpointsObject } from "../kubernetes/types.js";
import { endpointsOf, sliceCounts, type EndpointsByPort } from "./endpoints.js";
import { compareText } from "./names.js";
import { sameSlice } from "./same-slice.js";

const NO_ENDPOINTS: EndpointsByPort = [];

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
  /** By name. Lists: nearly every Service has one slice, and a cluster many Services. */
  private applied: readonly EndpointSliceObject[] = NO_SLICES;
  private pending: readonly PendingSlice[] = NO_PENDING;
  private legacy: EndpointsObject | undefined;
  private legacyChanged = false;

  /** Takes a new version of a slice, or its end. */
  set(name: string, slice: EndpointSliceObject | undefined, hintsCount: boolean): void {
    const waiting = this.pending.find((other) => other.name === name);
    const known = waiting === undefined ? this.appliedSlice(name) : waiting.slice;
    const unchanged =
      slice === undefined || known === undefined
        ? slice === known
        : sameSlice(slice, known, hintsCount);
    if (unchanged) return;
    const others = this.pending.filter((other) => other !== waiting);
    this.pending = [...others, { name, slice }];
  }

  setLegacy(endpoints: EndpointsObject | undefined): void {
    if (endpoints === this.legacy) return;
    this.legacy = endpoints;
    this.legacyChanged = true;
  }

  /** Nothing is left of the Service's endpoints. */
  get empty(): boolean {
    return this.applied.length === 0 && this.pending.length === 0 && this.legacy === undefined;
  }

  /** Applies what is pending; `undefined` when that is nothing. */
  commit(family: Family, nodeName: string | undefined): EndpointsChange | undefined {
    if (this.pending.length === 0 && !this.legacyChanged) return undefined;
    const before = this.endpoints;
    this.applied = this.withPending();
    this.pending = NO_PENDING;
    this.legacyChanged = false;
    this.endpoints = endpointsOf(this.counting(), family, nodeName);
    return { before, after: this.endpoints };
  }

  private counting(): readonly EndpointSliceObject[] {
    return this.applied.length === 0
      ? (this.legacy?.slices.filter(sliceCounts) ?? NO_SLICES)
      : this.applied;
  }

  private appliedSlice(name: string): EndpointSliceObject | undefined {
    return this.applied.find((slice) => slice.name === name);
  }

  /** The slices as they are with what is pending, by name. */
  private withPending(): readonly EndpointSliceObject[] {
    const [first] = this.pending;
    if (this.applied.length === 0 && this.pending.length === 1 && first?.slice !== undefined) {
      return [first.slice];
    }
    const fresh = this.pending.flatMap(({ slice }) => slice ?? NO_SLICES);
    const replaced = new Set(this.pending.map(({ name }) => name));
    return this.applied
      .filter(({ name }) => !replaced.has(name))
      .concat(fresh)
      .sort((left, right) => compareText(left.name, right.name));
  }
}

/** A new version of a slice, or its end. */
interface PendingSlice {
  readonly name: string;
  readonly slice: EndpointSliceObject | undefined;
}

const NO_SLICES: readonly EndpointSliceObject[] = [];
const NO_PENDING: readonly PendingSlice[] = [];
