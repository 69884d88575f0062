import {
  nameOf,
  type EndpointSliceObject,
  type EndpointsObject,
  type KubernetesObjects,
  type ServiceObject,
} from "../kubernetes/types.js";
import { endpointsAt, sliceCounts, type EndpointsByPort } from "./endpoints.js";
import { compareNames, portKey } from "./names.js";
import { servicePortsOf, type ServicePorts, type ServiceReading } from "./service-ports.js";
import { SliceTracker, type EndpointsChange } from "./slice-tracker.js";
import type { Belief, ServicePort } from "./types.js";

/** What came of the objects taken in since the last commit. Keys are `namespace/name`. */
export interface ModelChange {
  /** Services whose ports or endpoints changed, with their beliefs as they are now, sorted. */
  readonly updated: ReadonlyMap<string, readonly Belief[]>;
  readonly removedPorts: readonly ServicePort[];
  readonly endpoints: ReadonlyMap<string, EndpointsChange>;
}

const ABSENT: ServicePorts = { ports: [], skipped: "there is no such Service" };
const NO_ENDPOINTS: EndpointsByPort = [];

/** All that a proxy on one node believes about Services, kept up to date object by object. */
export class ProxyModel {
  private readonly reading: ServiceReading;
  private readonly nodeName: string | undefined;
  private readonly services = new Map<string, ServicePorts>();
  private readonly pendingServices = new Map<string, ServiceObject | undefined>();
  private readonly trackers = new Map<string, SliceTracker>();
  private readonly pendingTrackers = new Set<string>();
  /** By `namespace/name` of a slice: the Service it belongs to. */
  private readonly sliceOwners = new Map<string, string>();

  constructor(reading: ServiceReading, nodeName: string | undefined) {
    this.reading = reading;
    this.nodeName = nodeName;
  }

  setService(service: ServiceObject): void {
    this.pendingServices.set(`${service.namespace}/${service.name}`, service);
  }

  deleteService(key: string): void {
    this.pendingServices.set(key, undefined);
  }

  setSlice(slice: EndpointSliceObject): void {
    const key = `${slice.namespace}/${slice.name}`;
    const owner = sliceCounts(slice) ? `${slice.namespace}/${slice.service}` : undefined;
    const before = this.sliceOwners.get(key);
    if (before !== undefined && before !== owner) this.dropSlice(before, slice.name);
    if (owner === undefined) {
      this.sliceOwners.delete(key);
    } else {
      this.sliceOwners.set(key, owner);
      this.tracker(owner).set(slice.name, slice, this.reading.topologyAwareHints);
    }
  }

  deleteSlice(key: string): void {
    const owner = this.sliceOwners.get(key);
    if (owner !== undefined) this.dropSlice(owner, key.slice(key.indexOf("/") + 1));
    this.sliceOwners.delete(key);
  }

  setEndpoints(endpoints: EndpointsObject): void {
    this.tracker(`${endpoints.namespace}/${endpoints.name}`).setLegacy(endpoints);
  }

  deleteEndpoints(key: string): void {
    if (this.trackers.has(key)) this.tracker(key).setLegacy(undefined);
  }

  setAll(objects: KubernetesObjects): void {
    for (const service of objects.services) this.setService(service);
    for (const slice of objects.endpointSlices) this.setSlice(slice);
    for (const endpoints of objects.endpoints) this.setEndpoints(endpoints);
  }

  /** Takes in all objects there are; those not among them are gone. */
  replaceAll(objects: KubernetesObjects): void {
    const services = new Set(objects.services.map(nameOf));
    const slices = new Set(objects.endpointSlices.map(nameOf));
    const endpoints = new Set(objects.endpoints.map(nameOf));
    for (const key of [...this.services.keys(), ...this.pendingServices.keys()]) {
      if (!services.has(key)) this.deleteService(key);
    }
    for (const key of this.sliceOwners.keys()) if (!slices.has(key)) this.deleteSlice(key);
    for (const key of this.trackers.keys()) if (!endpoints.has(key)) this.deleteEndpoints(key);
    this.setAll(objects);
  }

  /** Takes in everything since the last time, and says what it changed. */
  commit(): ModelChange {
    const updated = new Map<string, readonly Belief[]>();
    const removedPorts: ServicePort[] = [];
    const endpoints = new Map<string, EndpointsChange>();
    for (const [key, service] of this.pendingServices) {
      const before = this.services.get(key) ?? ABSENT;
      const after = service === undefined ? ABSENT : servicePortsOf(service, this.reading);
      if (service === undefined) this.services.delete(key);
      else this.services.set(key, after);
      if (samePorts(before.ports, after.ports)) continue;
      removedPorts.push(...portsOnlyIn(before.ports, after.ports));
      updated.set(key, []);
    }
    this.pendingServices.clear();
    for (const key of this.pendingTrackers) {
      const tracker = this.trackers.get(key);
      const change = tracker?.commit(this.reading.family, this.nodeName);
      if (tracker?.empty === true) this.trackers.delete(key);
      if (change === undefined) continue;
      endpoints.set(key, change);
      updated.set(key, []);
    }
    this.pendingTrackers.clear();
    for (const key of updated.keys()) updated.set(key, this.beliefs(key));
    return { updated, removedPorts, endpoints };
  }

  /** What is believed of one Service's ports, sorted by port name and protocol. */
  beliefs(key: string): readonly Belief[] {
    const ports = this.services.get(key)?.ports ?? [];
    const endpoints = this.endpoints(key);
    return ports.map((port) => ({
      port,
      endpoints: endpointsAt(endpoints, portKey(port.name.port, port.name.protocol)),
    }));
  }

  /** All endpoints that slices hold for a Service, whether or not it is there. */
  endpoints(key: string): EndpointsByPort {
    return this.trackers.get(key)?.endpoints ?? NO_ENDPOINTS;
  }

  /** Services that have endpoints, whether or not they are there themselves. */
  servicesWithEndpoints(): Iterable<string> {
    return this.trackers.keys();
  }

  /** The ports of a Service, or why it has none. */
  service(key: string): ServicePorts {
    return this.services.get(key) ?? ABSENT;
  }

  allServices(): ReadonlyMap<string, ServicePorts> {
    return this.services;
  }

  private tracker(owner: string): SliceTracker {
    const tracker = this.trackers.get(owner) ?? new SliceTracker();
    this.trackers.set(owner, tracker);
    this.pendingTrackers.add(owner);
    return tracker;
  }

  private dropSlice(owner: string, name: string): void {
    this.tracker(owner).set(name, undefined, this.reading.topologyAwareHints);
  }
}

function samePorts(left: readonly ServicePort[], right: readonly ServicePort[]): boolean {
  return (
    left.length === right.length &&
    (left.length === 0 || JSON.stringify(left) === JSON.stringify(right))
  );
}

function portsOnlyIn(
  left: readonly ServicePort[],
  right: readonly ServicePort[],
): readonly ServicePort[] {
  return left.filter(({ name }) => !right.some((port) => compareNames(port.name, name) === 0));
}
