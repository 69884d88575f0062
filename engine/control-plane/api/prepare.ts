import { sameJson } from "../json.js";
import type { AnyObject, Kinds, Metadata, Plural } from "../objects.js";
import { metadataErrors, metadataUpdateErrors } from "../validate/metadata.js";
import { RESOURCES } from "./resources.js";
import { MODIFIED, conflict, invalid, ok, type ApiResult } from "./status.js";
import { STRATEGIES } from "./strategies.js";

/** Kinds whose `metadata.generation` counts changes of what is wanted. */
const GENERATIONS: ReadonlySet<Plural> = new Set(["deployments", "replicasets"]);

/** A new object as it would be stored, but for what is allocated. */
export function prepareNew<P extends Plural>(
  plural: P,
  object: Kinds[P],
  given: { readonly uid: string; readonly creationTimestamp: string },
): Kinds[P] {
  const {
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    selfLink: _link,
    managedFields: _managed,
    ...rest
  } = object.metadata;
  const metadata: Metadata = {
    ...rest,
    ...given,
    resourceVersion: "",
    ...(GENERATIONS.has(plural) ? { generation: 1 } : {}),
  };
  return STRATEGIES[plural].defaults({ ...object, metadata });
}

export function validateNew<P extends Plural>(plural: P, object: Kinds[P]): ApiResult<Kinds[P]> {
  const errors = [...metadataErrors(object), ...STRATEGIES[plural].errors(object)];
  return errors.length === 0
    ? ok(object)
    : invalid(RESOURCES[plural], object.metadata.name, errors);
}

/** Which part of an object a write may change. */
export type Part = "main" | "status";

/**
 * The successor of `old` that a client asks for: what it may not touch stays, defaults fill in,
 * and the generation counts. A stale `resourceVersion` is a conflict.
 */
export function prepareUpdate<P extends Plural>(
  plural: P,
  asked: Kinds[P],
  old: Kinds[P],
  part: Part,
): ApiResult<Kinds[P]> {
  const resource = RESOURCES[plural];
  const { name, uid, resourceVersion } = asked.metadata;
  if ((uid ?? "") !== "" && uid !== old.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`;
    return conflict(resource, name, why);
  }
  const seen = resourceVersion ?? "";
  if (seen !== "" && seen !== "0" && seen !== old.metadata.resourceVersion) {
    return conflict(resource, name, MODIFIED);
  }
  const next = part === "status" ? statusOf(asked, old) : mainOf(plural, asked, old);
  return ok(next);
}

function statusOf<T extends AnyObject>(asked: T, old: T): T {
  return "status" in asked ? { ...old, status: asked.status } : old;
}

function mainOf<P extends Plural>(plural: P, asked: Kinds[P], old: Kinds[P]): Kinds[P] {
  const { managedFields: _managed, selfLink: _link, ...rest } = asked.metadata;
  const metadata: Metadata = {
    ...rest,
    namespace: old.metadata.namespace,
    uid: old.metadata.uid,
    creationTimestamp: old.metadata.creationTimestamp,
    resourceVersion: old.metadata.resourceVersion,
    ...presentOf(old.metadata, "generation"),
    ...presentOf(old.metadata, "deletionTimestamp"),
    ...presentOf(old.metadata, "deletionGracePeriodSeconds"),
  };
  const defaulted = STRATEGIES[plural].defaults({ ...asked, metadata });
  const next = RESOURCES[plural].hasStatus ? statusOf(old, defaulted) : defaulted;
  const changed = !sameJson(specOf(next), specOf(old));
  if (!changed || !GENERATIONS.has(plural)) return next;
  return { ...next, metadata: { ...metadata, generation: (old.metadata.generation ?? 0) + 1 } };
}

function presentOf(metadata: Metadata, key: keyof Metadata): Partial<Metadata> {
  return metadata[key] === undefined ? {} : { [key]: metadata[key] };
}

function specOf(object: AnyObject): unknown {
  return "spec" in object ? object.spec : undefined;
}

export function validateUpdate<P extends Plural>(
  plural: P,
  next: Kinds[P],
  old: Kinds[P],
): ApiResult<Kinds[P]> {
  const strategy = STRATEGIES[plural];
  const errors = [
    ...metadataUpdateErrors(next.metadata, old.metadata),
    ...metadataErrors(next),
    ...strategy.errors(next),
    ...strategy.updateErrors(next, old),
  ];
  return errors.length === 0 ? ok(next) : invalid(RESOURCES[plural], next.metadata.name, errors);
}
