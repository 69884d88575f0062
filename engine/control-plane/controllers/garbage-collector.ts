import type { ApiEvent } from "../api/cache.js";
import { ALL_RESOURCES } from "../api/resources.js";
import type { Actor } from "../journal.js";
import type { AnyObject, Plural } from "../objects.js";
import { actorOf, type Component, type Surroundings } from "../simulation/component.js";

const NAME = "garbage-collector";
const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

/**
 * Deletes what belongs to owners that are gone, and finishes foreground and orphaning deletions
 * (`pkg/controller/garbagecollector`). Keys: an owner's UID.
 */
export class GarbageCollector implements Component {
  readonly name = NAME;
  readonly #around: Surroundings;
  /** Owners that wait for their finalizer to be served, by UID. */
  readonly #waiting = new Map<string, { plural: Plural; namespace: string; name: string }>();

  constructor(around: Surroundings) {
    this.#around = around;
    for (const { plural } of ALL_RESOURCES) {
      for (const object of around.api.cache.list(plural)) this.#note(plural, object);
    }
  }

  keysOf(event: ApiEvent): readonly string[] {
    const { object, type } = event;
    const owners = (object.metadata.ownerReferences ?? []).map((owner) => owner.uid);
    if (type === "DELETED") {
      this.#waiting.delete(object.metadata.uid);
      return [object.metadata.uid, ...owners.filter((uid) => this.#waiting.has(uid))];
    }
    if (this.#note(event.plural, object)) return [object.metadata.uid];
    return type === "ADDED" ? owners : [];
  }

  /** Whether an object waits for this collector. */
  #note(plural: Plural, object: AnyObject): boolean {
    const { uid, namespace, name, finalizers = [], deletionTimestamp } = object.metadata;
    const waits =
      deletionTimestamp !== undefined &&
      (finalizers.includes(FOREGROUND) || finalizers.includes(ORPHAN));
    if (waits) this.#waiting.set(uid, { plural, namespace, name });
    return waits;
  }

  async reconcile(uid: string, because: number | undefined): Promise<void> {
    const actor = actorOf(NAME, because);
    const { cache } = this.#around.api;
    const waiting = this.#waiting.get(uid);
    if (waiting === undefined) {
      if (this.#exists(uid)) return;
      for (const dependent of cache.ownedBy(uid)) await this.#collect(dependent, uid, actor);
      return;
    }
    const owner = cache.get(waiting.plural, waiting.namespace, waiting.name);
    if (owner?.metadata.uid !== uid) return;
    const orphaning = (owner.metadata.finalizers ?? []).includes(ORPHAN);
    const dependents = cache.ownedBy(uid);
    for (const dependent of dependents) {
      if (orphaning) await this.#disown(dependent, uid, actor);
      else await this.#collect(dependent, uid, actor);
    }
    if (orphaning || cache.ownedBy(uid).length === 0) {
      await this.#release(waiting.plural, owner, orphaning ? ORPHAN : FOREGROUND, actor);
      this.#waiting.delete(uid);
    }
  }

  #exists(uid: string): boolean {
    const { cache } = this.#around.api;
    const dependent = cache.ownedBy(uid)[0];
    const reference = dependent?.metadata.ownerReferences?.find((owner) => owner.uid === uid);
    if (dependent === undefined || reference === undefined) return false;
    const resource = ALL_RESOURCES.find(({ kind }) => kind === reference.kind);
    if (resource === undefined) return true;
    const namespace = resource.namespaced ? dependent.metadata.namespace : "";
    const owner = cache.get(resource.plural, namespace, reference.name);
    return owner?.metadata.uid === uid;
  }

  /** Goes if none of its owners is left; otherwise it only forgets the one that went. */
  async #collect(dependent: AnyObject, uid: string, actor: Actor): Promise<void> {
    const owners = dependent.metadata.ownerReferences ?? [];
    if (owners.length > 1) {
      await this.#disown(dependent, uid, actor);
      return;
    }
    if (dependent.metadata.deletionTimestamp !== undefined) return;
    const { namespace, name } = dependent.metadata;
    const note = `its owner ${owners[0]?.kind ?? ""} ${owners[0]?.name ?? ""} is deleted`;
    const preconditions = { uid: dependent.metadata.uid };
    await this.#around.api.delete(
      pluralOf(dependent),
      namespace,
      name,
      { actor, note },
      {
        preconditions,
      },
    );
  }

  async #disown(dependent: AnyObject, uid: string, actor: Actor): Promise<void> {
    const { namespace, name } = dependent.metadata;
    await this.#around.api.mutate(
      pluralOf(dependent),
      namespace,
      name,
      (current) => ({
        ...current,
        metadata: {
          ...current.metadata,
          ownerReferences: (current.metadata.ownerReferences ?? []).filter(
            (owner) => owner.uid !== uid,
          ),
        },
      }),
      { actor, note: "an owner let go of it" },
    );
  }

  async #release(plural: Plural, owner: AnyObject, finalizer: string, actor: Actor): Promise<void> {
    const { namespace, name } = owner.metadata;
    await this.#around.api.mutate(
      plural,
      namespace,
      name,
      (current) => ({
        ...current,
        metadata: {
          ...current.metadata,
          finalizers: (current.metadata.finalizers ?? []).filter((one) => one !== finalizer),
        },
      }),
      { actor, note: `${finalizer} is done` },
    );
  }
}

function pluralOf(object: AnyObject): Plural {
  return ALL_RESOURCES.find(({ kind }) => kind === object.kind)?.plural ?? "pods";
}
