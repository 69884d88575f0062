import { formatTime } from "../clock.js";
import type { Actor, JournalEntry } from "../journal.js";
import { sameJson, type JsonObject } from "../json.js";
import {
  keyOfObject,
  type AnyObject,
  type Kinds,
  type Namespace,
  type Plural,
  type Service,
} from "../objects.js";
import { randomSuffix, randomUid, type Random } from "../random.js";
import type { ClusterSettings } from "../settings.js";
import type { Watch } from "../store/types.js";
import { allocate } from "./allocate.js";
import { Holdings } from "./holdings.js";
import type { ApiEvent, WatchCache } from "./cache.js";
import { isFinished, planDeletion, type DeleteOptions } from "./deletion.js";
import { prepareNew, prepareUpdate, validateNew, validateUpdate, type Part } from "./prepare.js";
import { ObjectStore, describe, type ObjectStoreParts, type WriteContext } from "./object-store.js";
import { RESOURCES, type Resource } from "./resources.js";
import {
  MODIFIED,
  alreadyExists,
  conflict,
  forbidden,
  invalid,
  notFound,
  ok,
  type ApiResult,
} from "./status.js";
import { asJson, asKind, readObject } from "./typed.js";

export type { WriteContext } from "./object-store.js";

export interface ApiServerParts extends ObjectStoreParts {
  readonly random: Random;
  readonly settings: ClusterSettings;
}

/**
 * The one door to the store: every object goes in and out here, checked, defaulted and numbered.
 * Writes happen one after another, each seen by the cache before the next begins, so that a run is
 * a function of its inputs.
 */
export class ApiServer {
  readonly cache: WatchCache;
  readonly #parts: ApiServerParts;
  readonly #objects: ObjectStore;
  readonly #holdings: Holdings;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(parts: ApiServerParts, objects: ObjectStore) {
    this.#parts = parts;
    this.#objects = objects;
    this.cache = objects.cache;
    this.#holdings = new Holdings(this.cache);
  }

  static async open(parts: ApiServerParts): Promise<ApiServer> {
    return new ApiServer(parts, await ObjectStore.open(parts));
  }

  /** Who did what, and what components had to say. */
  get journal(): readonly JournalEntry[] {
    return this.#parts.journal.entries;
  }

  close(): Promise<void> {
    return this.#objects.close();
  }

  /**
   * Tells of every change of a kind after revision `from`, past ones first (the `watch` verb).
   * A revision that was compacted away is answered with `Expired`.
   */
  watch(
    plural: Plural,
    from: number,
    listener: (event: Omit<ApiEvent, "entry">) => void,
  ): Promise<ApiResult<Watch>> {
    return this.#objects.watch(plural, from, listener);
  }

  /** Stores a new object, from whatever a client sent. */
  create<P extends Plural>(
    plural: P,
    input: unknown,
    context: WriteContext,
  ): Promise<ApiResult<Kinds[P]>> {
    const read = readObject(plural, input);
    return read.ok
      ? this.#exclusive(() => this.#create(plural, read.value, context))
      : settled(read);
  }

  /** Replaces an object, or its status, by what a client sent. */
  update<P extends Plural>(
    plural: P,
    input: unknown,
    context: WriteContext,
    part: Part = "main",
  ): Promise<ApiResult<Kinds[P]>> {
    const read = readObject(plural, input);
    if (!read.ok) return settled(read);
    const { namespace, name } = read.value.metadata;
    return this.#exclusive(() => this.#change(plural, namespace, name, () => read, context, part));
  }

  /** Changes an object by a function of its JSON, as patches do; the result is read strictly. */
  patch<P extends Plural>(
    plural: P,
    namespace: string,
    name: string,
    edit: (current: JsonObject) => unknown,
    context: WriteContext,
    part: Part = "main",
  ): Promise<ApiResult<Kinds[P]>> {
    const change = (current: Kinds[P]): ApiResult<Kinds[P]> =>
      readObject(plural, edit(asJson(current)));
    return this.#exclusive(() => this.#change(plural, namespace, name, change, context, part));
  }

  /** Changes an object by a function of it; for components, whose types vouch for the shape. */
  mutate<P extends Plural>(
    plural: P,
    namespace: string,
    name: string,
    edit: (current: Kinds[P]) => Kinds[P],
    context: WriteContext,
    part: Part = "main",
  ): Promise<ApiResult<Kinds[P]>> {
    const change = (current: Kinds[P]): ApiResult<Kinds[P]> => ok(edit(current));
    return this.#exclusive(() => this.#change(plural, namespace, name, change, context, part));
  }

  /** Gives a Pod its node (the `binding` subresource). */
  bind(namespace: string, name: string, nodeName: string, context: WriteContext) {
    return this.#exclusive(async () => {
      const old = this.cache.get("pods", namespace, name);
      if (old === undefined) return notFound(RESOURCES.pods, name);
      if (old.metadata.deletionTimestamp !== undefined) {
        return conflict(
          RESOURCES.pods,
          name,
          `pod ${name} is being deleted, cannot be assigned to a host`,
        );
      }
      if (old.spec.nodeName !== undefined) {
        const why = `pod ${name} is already assigned to node "${old.spec.nodeName}"`;
        return conflict(RESOURCES.pods, name, why);
      }
      const scheduled = {
        type: "PodScheduled",
        status: "True",
        lastTransitionTime: formatTime(this.#parts.clock.now()),
      };
      const others = (old.status?.conditions ?? []).filter((one) => one.type !== "PodScheduled");
      const next = {
        ...old,
        spec: { ...old.spec, nodeName },
        status: { ...old.status, conditions: [...others, scheduled] },
      };
      return this.#objects.write("pods", next, old, context, "bound");
    });
  }

  /** Deletes, or marks for others to finish; the object as it was left, or last was. */
  delete<P extends Plural>(
    plural: P,
    namespace: string,
    name: string,
    context: WriteContext,
    options: DeleteOptions = {},
  ): Promise<ApiResult<Kinds[P]>> {
    return this.#exclusive(() => this.#delete(plural, namespace, name, context, options));
  }

  /** What a component has to say of an object: Kubernetes' Events. */
  remark(
    actor: Actor,
    object: AnyObject,
    type: "Normal" | "Warning",
    reason: string,
    note: string,
  ): void {
    const { journal, clock } = this.#parts;
    const about = describe(object);
    const { last } = journal;
    if (last?.object === about && last.did === reason && last.note === note) return;
    journal.add({
      at: clock.now(),
      actor: actor.name,
      because: actor.because,
      did: reason,
      object: about,
      uid: object.metadata.uid,
      note,
      remark: type,
    });
  }

  #exclusive<T>(job: () => Promise<T>): Promise<T> {
    const run = this.#turn.then(job);
    this.#turn = run.catch(() => undefined);
    return run;
  }

  async #create<P extends Plural>(
    plural: P,
    asked: Kinds[P],
    context: WriteContext,
  ): Promise<ApiResult<Kinds[P]>> {
    const resource = RESOURCES[plural];
    const placed = this.#placed(resource, asked);
    const { clock, random } = this.#parts;
    const prepared = prepareNew(plural, placed, {
      uid: randomUid(random),
      creationTimestamp: formatTime(clock.now()),
    });
    const refused = this.#refusedByNamespace(resource, prepared);
    if (refused !== undefined) return refused;
    const valid = validateNew(plural, prepared);
    if (!valid.ok) return valid;
    const { name } = valid.value.metadata;
    if (this.cache.get(plural, valid.value.metadata.namespace, name) !== undefined) {
      return alreadyExists(resource, name);
    }
    const allocated = this.#allocated(plural, valid.value, undefined);
    return allocated.ok
      ? this.#objects.write(plural, allocated.value, undefined, context, "created")
      : allocated;
  }

  /** With its namespace and, where it only has the beginning of a name, a whole one. */
  #placed<P extends Plural>(resource: Resource, object: Kinds[P]): Kinds[P] {
    const { metadata } = object;
    const namespace = resource.namespaced ? metadata.namespace || "default" : "";
    const generated =
      metadata.name === "" && (metadata.generateName ?? "") !== ""
        ? `${metadata.generateName ?? ""}${randomSuffix(this.#parts.random)}`
        : metadata.name;
    return { ...object, metadata: { ...metadata, namespace, name: generated } };
  }

  #refusedByNamespace(resource: Resource, object: AnyObject): ApiResult<never> | undefined {
    const { namespace, name } = object.metadata;
    if (!resource.namespaced) return undefined;
    const home: Namespace | undefined = this.cache.get("namespaces", "", namespace);
    if (home === undefined) return notFound(RESOURCES.namespaces, namespace);
    if (home.metadata.deletionTimestamp === undefined) return undefined;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    return forbidden(resource, name, why);
  }

  #allocated<P extends Plural>(
    plural: P,
    object: Kinds[P],
    old: Kinds[P] | undefined,
  ): ApiResult<Kinds[P]> {
    if (!isService(object)) return ok(object);
    const before = old !== undefined && isService(old) ? old : undefined;
    const taken = this.#holdings.without(keyOfObject(object));
    const { settings, random } = this.#parts;
    const { service, errors } = allocate(object, before, taken, settings, random);
    if (errors.length > 0) return invalid(RESOURCES.services, object.metadata.name, errors);
    return ok(asKind(plural, service));
  }

  async #change<P extends Plural>(
    plural: P,
    namespace: string,
    name: string,
    edit: (current: Kinds[P]) => ApiResult<Kinds[P]>,
    context: WriteContext,
    part: Part,
  ): Promise<ApiResult<Kinds[P]>> {
    const resource = RESOURCES[plural];
    const home = resource.namespaced ? namespace || "default" : "";
    const old = this.cache.get(plural, home, name);
    if (old === undefined) return notFound(resource, name);
    const asked = edit(old);
    if (!asked.ok) return asked;
    if (asked.value === old) return ok(old);
    const prepared = prepareUpdate(plural, asked.value, old, part);
    if (!prepared.ok) return prepared;
    const allocated = part === "main" ? this.#allocated(plural, prepared.value, old) : prepared;
    if (!allocated.ok) return allocated;
    const next = allocated.value;
    if (sameJson(next, old)) return ok(old);
    const valid = part === "main" ? validateUpdate(plural, next, old) : ok(next);
    if (!valid.ok) return valid;
    if (isFinished(next)) return this.#objects.remove(plural, old, context);
    return this.#objects.write(
      plural,
      next,
      old,
      context,
      part === "main" ? "updated" : "reported",
    );
  }

  async #delete<P extends Plural>(
    plural: P,
    namespace: string,
    name: string,
    context: WriteContext,
    options: DeleteOptions,
  ): Promise<ApiResult<Kinds[P]>> {
    const resource = RESOURCES[plural];
    const old = this.cache.get(plural, resource.namespaced ? namespace || "default" : "", name);
    if (old === undefined) return notFound(resource, name);
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (uid !== undefined && uid !== old.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`;
      return conflict(resource, name, why);
    }
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
      return conflict(resource, name, MODIFIED);
    }
    const plan = planDeletion(old, options, this.#parts.clock.now());
    switch (plan.kind) {
      case "remove":
        return this.#objects.remove(plural, old, context);
      case "nothing":
        return ok(old);
      case "mark": {
        const marked = { ...old, metadata: plan.metadata };
        const next = isNamespace(marked)
          ? { ...marked, status: { ...marked.status, phase: "Terminating" } }
          : marked;
        return this.#objects.write(plural, next, old, context, "marked for deletion");
      }
    }
  }
}

function settled<T>(value: T): Promise<T> {
  return Promise.resolve(value);
}

function isService(object: AnyObject): object is Service {
  return object.kind === "Service";
}

function isNamespace(object: AnyObject): object is Namespace {
  return object.kind === "Namespace";
}
