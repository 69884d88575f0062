import { isObject, type JsonObject } from "../json.js";
import type { AnyObject, Kinds, Plural } from "../objects.js";
import { decode } from "../schema/decode.js";
import { RESOURCES, apiVersionOf } from "./resources.js";
import { failure, ok, type ApiResult } from "./status.js";

/** Whether a value is an object of this kind. Only `readObject` and the store make such values. */
export function isKind<P extends Plural>(plural: P, value: unknown): value is Kinds[P] {
  return isObject(value) && value["kind"] === RESOURCES[plural].kind;
}

/** JSON of which `readObject` or the store has vouched that it has the shape of its kind. */
export function asKind<P extends Plural>(plural: P, value: unknown): Kinds[P] {
  if (isKind(plural, value)) return value;
  throw new TypeError(`what is kept among ${plural} is no ${RESOURCES[plural].kind}`);
}

/** An object as the store keeps it: without the revision, which the store itself knows. */
export function asStored(object: AnyObject): JsonObject {
  const { resourceVersion: _known, ...metadata } = object.metadata;
  return asJson({ ...object, metadata });
}

/** Objects are made of nothing but JSON. */
export function asJson(object: unknown): JsonObject {
  return isJsonObject(object) ? object : {};
}

function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value);
}

export function withRevision<P extends Plural>(
  plural: P,
  value: JsonObject,
  revision: number,
): Kinds[P] {
  const object = asKind(plural, value);
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

/** Reads what a client sent, strictly: wrong types and unknown fields are a bad request. */
export function readObject<P extends Plural>(plural: P, input: unknown): ApiResult<Kinds[P]> {
  const resource = RESOURCES[plural];
  const { value, problems } = decode(resource.shape, input);
  const { kind, version } = resource;
  if (problems.length > 0) {
    const strict = problems.every((problem) => problem.startsWith("unknown field"));
    const list = problems.join(", ");
    const why = strict ? `strict decoding error: ${list}` : (problems[0] ?? "");
    const message = `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`;
    return failure("BadRequest", message);
  }
  const apiVersion = apiVersionOf(resource);
  const [named, versioned] = [value["kind"] ?? kind, value["apiVersion"] ?? apiVersion];
  if (named !== kind || versioned !== apiVersion) {
    const message = `the object provided is unrecognized (must be of type ${kind}): ${JSON.stringify(versioned)}, Kind=${JSON.stringify(named)}`;
    return failure("BadRequest", message);
  }
  return ok(asKind(plural, { ...value, apiVersion, kind }));
}
