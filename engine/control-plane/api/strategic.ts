import type { Json, JsonObject } from "../json.js";
import type { Shape } from "../schema/shape.js";
import { fieldShape, identityUnder, isJsonList, isJsonObject } from "./merge.js";

const ORDER = "$setElementOrder/";
const REMOVE = "$deleteFromPrimitiveList/";

/**
 * A strategic merge patch: like a merge patch, but lists whose items have an identity merge item
 * by item, and `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList` direct
 * it (the API conventions' "strategic merge patch").
 */
export function strategicPatch(shape: Shape, target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  if (patch["$patch"] === "replace") return without(patch, "$patch");
  const made: Record<string, Json> = isJsonObject(target) ? { ...target } : {};
  retainKeys(made, patch["$retainKeys"]);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith("$") || key === "__proto__") continue;
    if (value === null || (isJsonObject(value) && value["$patch"] === "delete")) delete made[key];
    else made[key] = patchField(fieldShape(shape, key), made[key], value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (!isJsonList(value)) continue;
    if (key.startsWith(REMOVE)) removePlain(made, key.slice(REMOVE.length), value);
    if (key.startsWith(ORDER)) {
      const field = key.slice(ORDER.length);
      orderItems(fieldShape(shape, field), made, field, value, target);
    }
  }
  return made;
}

function patchField(shape: Shape, target: Json | undefined, value: Json): Json {
  if (isJsonList(value)) {
    return patchList(shape, isJsonList(target) ? target : [], value);
  }
  return strategicPatch(shape, target, value);
}

function patchList(shape: Shape, target: readonly Json[], patch: readonly Json[]): Json {
  if (shape.kind !== "list" || shape.merge.kind === "replace") return patch;
  const identity = identityUnder(shape.merge);
  const replaces = patch.some(
    (item) => isJsonObject(item) && item["$patch"] === "replace" && Object.keys(item).length === 1,
  );
  if (replaces) return patch.filter((item) => !isJsonObject(item) || !("$patch" in item));
  const made = [...target];
  for (const item of patch) {
    const index = made.findIndex((other) => identity(other) === identity(item));
    if (isJsonObject(item) && item["$patch"] === "delete") {
      if (index >= 0) made.splice(index, 1);
    } else if (index < 0) {
      made.push(strategicPatch(shape.of, undefined, item));
    } else {
      made[index] = strategicPatch(shape.of, made[index], item);
    }
  }
  return made;
}

function retainKeys(made: Record<string, Json>, kept: Json | undefined): void {
  if (!isJsonList(kept)) return;
  for (const key of Object.keys(made)) if (!kept.includes(key)) delete made[key];
}

function removePlain(made: Record<string, Json>, field: string, gone: readonly Json[]): void {
  const list = made[field];
  if (isJsonList(list)) made[field] = list.filter((item) => !gone.includes(item));
}

/** Items that the patcher knows stand in its order; the others keep their place among them. */
function orderItems(
  shape: Shape,
  made: Record<string, Json>,
  field: string,
  order: readonly Json[],
  target: Json | undefined,
): void {
  const list = made[field];
  if (!isJsonList(list) || shape.kind !== "list" || shape.merge.kind === "replace") return;
  const identity = identityUnder(shape.merge);
  const wanted = order.map(identity);
  const before = isJsonObject(target) ? target[field] : undefined;
  const places = (isJsonList(before) ? before : []).map(identity);
  const known = list
    .filter((item) => wanted.includes(identity(item)))
    .sort((left, right) => wanted.indexOf(identity(left)) - wanted.indexOf(identity(right)));
  const others = list.filter((item) => !wanted.includes(identity(item)));
  const result: Json[] = [];
  while (known.length > 0 && others.length > 0) {
    const first = places.indexOf(identity(known[0]));
    const second = places.indexOf(identity(others[0]));
    const from = first >= 0 && second >= 0 && first > second ? others : known;
    result.push(...from.splice(0, 1));
  }
  made[field] = [...result, ...known, ...others];
}

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}
