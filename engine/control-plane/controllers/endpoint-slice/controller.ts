import type { ApiEvent } from "../../api/cache.js";
import { matchesLabels } from "../../api/selector.js";
import type { Family } from "../../../net/ip.js";
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
import {
  groupsOf,
  isEndpointNews,
  packSlices,
  portsKey,
  type KnownEndpoints,
  type PortGroup,
} from "./endpoints.js";

const NAME = "endpointslice-controller";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslice-controller.k8s.io";
export const SERVICE_NAME = "kubernetes.io/service-name";

/** Keeps the EndpointSlices of every Service with a selector (`pkg/controller/endpointslice`). */
export class EndpointSliceController implements Component {
  readonly name = NAME;
  readonly #around: Surroundings;
  readonly #known: Readonly<Record<Family, KnownEndpoints>> = {
    4: new WeakMap(),
    6: new WeakMap(),
  };

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
    const old = before !== undefined && isPod(before) ? before : undefined;
    if (!isEndpointNews(object, event.type === "DELETED" ? undefined : old)) return [];
    const now = this.#servicesOf(object);
    if (old === undefined || sameJson(old.metadata.labels, object.metadata.labels)) return now;
    return [...new Set([...now, ...this.#servicesOf(old)])];
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
    const pods = this.#podsOf(service);
    const families = service.spec.ipFamilies ?? ["IPv4"];
    for (const family of families) {
      const groups = groupsOf(service, pods, {
        family: family === "IPv6" ? 6 : 4,
        nodeNamed: (node) => cache.get("nodes", "", node),
        known: this.#known[family === "IPv6" ? 6 : 4],
      });
      const own = slices.filter((slice) => slice.addressType === family);
      await this.#reconcileGroups(service, family, groups, own, actor);
    }
    for (const slice of slices.filter(({ addressType }) => !families.includes(addressType))) {
      await this.#delete(slice, actor, `its Service is no longer ${slice.addressType}`);
    }
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
    family: string,
    groups: readonly PortGroup[],
    slices: readonly EndpointSlice[],
    actor: Actor,
  ): Promise<void> {
    const shown = groups.length > 0 ? groups : [PLACEHOLDER];
    const wanted = new Set(shown.map((group) => portsKey(group.ports)));
    const loose = slices.filter((slice) => !wanted.has(portsKey(slice.ports ?? [])));
    for (const group of shown) {
      const key = portsKey(group.ports);
      const own = slices.filter((slice) => portsKey(slice.ports ?? []) === key);
      for (const { slice, endpoints } of changesOf(group, own)) {
        if (slice !== undefined && endpoints !== undefined) {
          await this.#update(slice, { ports: slice.ports ?? [], endpoints }, actor);
        } else if (slice !== undefined) {
          loose.push(slice);
        } else {
          const { ports } = group;
          // A slice that would be deleted is used again instead.
          const reused = loose.shift();
          if (reused === undefined) {
            await this.#create(service, family, { ports, endpoints: endpoints ?? [] }, actor);
          } else {
            await this.#update(reused, { ports, endpoints: endpoints ?? [] }, actor);
          }
        }
      }
    }
    for (const slice of loose) await this.#delete(slice, actor, "no endpoint is left for it");
  }

  async #create(
    service: Service,
    addressType: string,
    { ports, endpoints }: PortGroup,
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
      addressType,
      endpoints,
      ports,
    };
    const note = `for ${name}: ${summaryOf(endpoints)}`;
    await this.#around.api.create("endpointslices", slice, { actor, note });
  }

  async #update(
    slice: EndpointSlice,
    { ports, endpoints }: PortGroup,
    actor: Actor,
  ): Promise<void> {
    const { namespace, name } = slice.metadata;
    await this.#around.api.mutate(
      "endpointslices",
      namespace,
      name,
      (current) => ({ ...current, endpoints, ports }),
      { actor, note: summaryOf(endpoints) },
    );
  }

  async #delete(slice: EndpointSlice, actor: Actor, note: string): Promise<void> {
    const { namespace, name } = slice.metadata;
    await this.#around.api.delete("endpointslices", namespace, name, { actor, note });
  }
}

/** What a Service without any endpoint shows. */
const PLACEHOLDER: PortGroup = { ports: [], endpoints: [] };

/** How the slices of one group of ports are to change; a placeholder is a slice with nothing. */
function changesOf(group: PortGroup, own: readonly EndpointSlice[]) {
  const holders = own.map((slice) => ({ slice, endpoints: slice.endpoints ?? [] }));
  const changes = packSlices(holders, group.endpoints);
  const isPlaceholder = group.endpoints.length === 0;
  if (isPlaceholder && own.length === 0) return [{ slice: undefined, endpoints: [] }];
  const kept = own.length - changes.filter(({ endpoints }) => endpoints === undefined).length;
  return changes.map(({ slice, endpoints }, index) => ({
    slice: slice?.slice,
    endpoints: isPlaceholder && kept === 0 && index === 0 ? [] : endpoints,
  }));
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
