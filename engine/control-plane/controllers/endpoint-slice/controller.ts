import type { ApiEvent } from "../../api/cache.js";
import { matchesLabels } from "../../api/selector.js";
import type { Actor } from "../../journal.js";
import { sameJson } from "../../json.js";
import {
  keyOfObject,
  type AnyObject,
  type EndpointSlice,
  type Pod,
  type Service,
} from "../../objects.js";
import { isHeadless } from "../../validate/service.js";
import {
  actorOf,
  splitKey,
  type Component,
  type Surroundings,
} from "../../simulation/component.js";
import { groupsOf, packSlices, portsKey, type PortGroup } from "./endpoints.js";

const NAME = "endpointslice-controller";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslice-controller.k8s.io";
export const SERVICE_NAME = "kubernetes.io/service-name";

/** Keeps the EndpointSlices of every Service with a selector (`pkg/controller/endpointslice`). */
export class EndpointSliceController implements Component {
  readonly name = NAME;
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  keysOf(event: ApiEvent): readonly string[] {
    const { object, before } = event;
    if (event.plural === "services") return [keyOfObject(object)];
    if (isSlice(object) && isManaged(object)) {
      const service = object.metadata.labels?.[SERVICE_NAME] ?? "";
      return [`${object.metadata.namespace}/${service}`];
    }
    if (!isPod(object)) return [];
    const now = this.#servicesOf(object);
    if (before === undefined || sameJson(before.metadata.labels, object.metadata.labels))
      return now;
    return isPod(before) ? [...new Set([...now, ...this.#servicesOf(before)])] : now;
  }

  /** Services that select a Pod, found by each of its labels. */
  #servicesOf(pod: Pod): readonly string[] {
    const { namespace, labels = {} } = pod.metadata;
    const { cache } = this.#around.api;
    return Object.entries(labels).flatMap(([key, value]) =>
      cache
        .servicesSelecting(namespace, key, value)
        .filter((service) => matchesLabels(service.spec.selector ?? {}, labels))
        .map(keyOfObject),
    );
  }

  async reconcile(key: string, because: number | undefined): Promise<void> {
    const { cache } = this.#around.api;
    const [namespace, name] = splitKey(key);
    const actor = actorOf(NAME, because);
    const service = cache.get("services", namespace, name);
    const slices = cache
      .withLabel("endpointslices", namespace, SERVICE_NAME, name)
      .filter(isManaged);
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) {
      for (const slice of slices) await this.#delete(slice, actor, "its Service is gone");
      return;
    }
    if (!hasSelector(service) || service.spec.type === "ExternalName") return;
    const nodeNamed = (node: string) => cache.get("nodes", "", node);
    const groups = groupsOf(service, this.#podsOf(service), nodeNamed);
    await this.#reconcileGroups(service, groups, slices, actor);
  }

  #podsOf(service: Service): readonly Pod[] {
    const { cache } = this.#around.api;
    const selector = service.spec.selector ?? {};
    const { namespace } = service.metadata;
    const first = firstPair(selector);
    const candidates =
      first === undefined ? [] : cache.withLabel("pods", namespace, first[0], first[1]);
    return candidates.filter((pod) => matchesLabels(selector, pod.metadata.labels));
  }

  async #reconcileGroups(
    service: Service,
    groups: readonly PortGroup[],
    slices: readonly EndpointSlice[],
    actor: Actor,
  ): Promise<void> {
    const shown = groups.length > 0 ? groups : this.#placeholder(slices);
    const wanted = new Set(shown.map((group) => portsKey(group.ports)));
    for (const slice of slices) {
      if (!wanted.has(portsKey(slice.ports ?? []))) {
        await this.#delete(slice, actor, "no endpoint has its ports");
      }
    }
    for (const group of shown) {
      const key = portsKey(group.ports);
      const own = slices.filter((slice) => portsKey(slice.ports ?? []) === key);
      await this.#pack(service, group, own, actor);
    }
  }

  /** A Service without any endpoint keeps one empty slice, if it ever had one, or gets one. */
  #placeholder(slices: readonly EndpointSlice[]): readonly PortGroup[] {
    return [{ ports: slices[0]?.ports ?? [], endpoints: [] }];
  }

  async #pack(
    service: Service,
    group: PortGroup,
    slices: readonly EndpointSlice[],
    actor: Actor,
  ): Promise<void> {
    if (group.endpoints.length === 0 && slices.length === 0) {
      await this.#create(service, group, [], actor);
      return;
    }
    const holders = slices.map((slice) => ({ slice, endpoints: slice.endpoints ?? [] }));
    const changes = packSlices(holders, group.endpoints);
    let left = slices.length - changes.filter((change) => change.endpoints === undefined).length;
    for (const { slice: holder, endpoints } of changes) {
      if (holder === undefined) {
        await this.#create(service, group, endpoints ?? [], actor);
      } else if (endpoints === undefined && (left > 0 || group.endpoints.length > 0)) {
        await this.#delete(holder.slice, actor, "it is empty");
      } else {
        left++;
        await this.#update(holder.slice, endpoints ?? [], actor);
      }
    }
  }

  async #create(
    service: Service,
    group: PortGroup,
    endpoints: PortGroup["endpoints"],
    actor: Actor,
  ): Promise<void> {
    const { namespace, name, uid, labels } = service.metadata;
    const headless = isHeadless(service.spec) ? { "service.kubernetes.io/headless": "" } : {};
    const owner = {
      apiVersion: "v1",
      kind: "Service",
      name,
      uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    const slice = {
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER, ...headless },
        ownerReferences: [owner],
      },
      addressType: "IPv4",
      endpoints,
      ports: group.ports,
    };
    const note = `for ${name}: ${summaryOf(endpoints)}`;
    await this.#around.api.create("endpointslices", slice, { actor, note });
  }

  async #update(
    slice: EndpointSlice,
    endpoints: PortGroup["endpoints"],
    actor: Actor,
  ): Promise<void> {
    const { namespace, name } = slice.metadata;
    await this.#around.api.mutate(
      "endpointslices",
      namespace,
      name,
      (current) => ({ ...current, endpoints }),
      { actor, note: summaryOf(endpoints) },
    );
  }

  async #delete(slice: EndpointSlice, actor: Actor, note: string): Promise<void> {
    const { namespace, name } = slice.metadata;
    await this.#around.api.delete("endpointslices", namespace, name, { actor, note });
  }
}

function firstPair(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1))[0];
}

function summaryOf(endpoints: PortGroup["endpoints"]): string {
  const ready = endpoints.filter((endpoint) => endpoint.conditions?.ready === true).length;
  return `${ready} of ${endpoints.length} endpoints ready`;
}

function hasSelector(service: Service): boolean {
  return Object.keys(service.spec.selector ?? {}).length > 0;
}

function isManaged(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[MANAGED_BY] === MANAGER;
}

function isSlice(object: AnyObject): object is EndpointSlice {
  return object.kind === "EndpointSlice";
}

function isPod(object: AnyObject): object is Pod {
  return object.kind === "Pod";
}
