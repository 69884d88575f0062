import { isObject, type Json, type JsonObject } from "../json.js";
import type { ListMerge, Shape } from "../schema/shape.js";

/**
 * What `kubectl apply` makes of three versions: the manifest applied last time, the manifest now,
 * and the object as it is. What only the last manifest had goes; what the manifest has wins; what
 * others added stays.
 */
export function threeWayMerge(
  shape: Shape,
  original: Json | undefined,
  modified: Json,
  current: Json | undefined,
): Json {
  if (isJsonObject(modified)) return mergeObjects(shape, original, modified, current);
  if (isJsonList(modified)) return mergeLists(shape, original, modified, current);
  return modified;
}

function mergeObjects(
  shape: Shape,
  original: Json | undefined,
  modified: JsonObject,
  current: Json | undefined,
): Json {
  const last: JsonObject = isJsonObject(original) ? original : {};
  const made: Record<string, Json> = isJsonObject(current) ? { ...current } : {};
  for (const key of Object.keys(last)) if (!(key in modified)) delete made[key];
  for (const [key, value] of Object.entries(modified)) {
    if (value === null) delete made[key];
    else made[key] = threeWayMerge(fieldShape(shape, key), last[key], value, made[key]);
  }
  return made;
}

function mergeLists(
  shape: Shape,
  original: Json | undefined,
  modified: readonly Json[],
  current: Json | undefined,
): Json {
  if (shape.kind !== "list" || shape.merge.kind === "replace") return modified;
  const identity = identityUnder(shape.merge);
  const last = isJsonList(original) ? original : [];
  const now = isJsonList(current) ? current : [];
  const merged = modified.map((item) =>
    threeWayMerge(
      shape.of,
      last.find((other) => identity(other) === identity(item)),
      item,
      now.find((other) => identity(other) === identity(item)),
    ),
  );
  const named = new Set([...last, ...modified].map(identity));
  return [...merged, ...now.filter((item) => !named.has(identity(item)))];
}

export function fieldShape(shape: Shape, key: string): Shape {
  if (shape.kind === "object") return shape.fields[key] ?? { kind: "anything" };
  return shape.kind === "map" ? shape.of : { kind: "anything" };
}

/** What makes two items of a list the same item. */
export function identityUnder(
  merge: Exclude<ListMerge, { readonly kind: "replace" }>,
): (item: Json | undefined) => string {
  return (item) =>
    JSON.stringify(merge.kind === "union" ? item : isJsonObject(item) ? item[merge.key] : item) ??
    "";
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return isObject(value);
}

export function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** RFC 7396: `null` deletes, objects merge, all else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const made: Record<string, Json> = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete made[key];
    else if (key !== "__proto__") made[key] = mergePatch(made[key], value);
  }
  return made;
}
