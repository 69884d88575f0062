import { failure, ok, type ApiResult } from "../api/status.js";
import { isJsonList, isJsonObject } from "../api/merge.js";
import { sameJson, type Json } from "../json.js";

/** RFC 6902: a list of operations, all of them or none. */
export function jsonPatch(target: Json, patch: Json): ApiResult<unknown> {
  if (!isJsonList(patch)) return failure("BadRequest", "a JSON patch is a list of operations");
  let value: Json | undefined = target;
  for (const operation of patch) {
    const next = applyOperation(value, operation);
    if (!next.ok) return next;
    value = next.value;
  }
  return ok(value);
}

function applyOperation(target: Json | undefined, operation: Json): ApiResult<Json | undefined> {
  if (!isJsonObject(operation)) return failure("BadRequest", "an operation is an object");
  const { op, path, from, value } = operation;
  const steps = stepsOf(path);
  if (steps === undefined) return failure("BadRequest", `bad path ${JSON.stringify(path)}`);
  const missing = failure("Invalid", `the path ${JSON.stringify(path)} is not there`);
  switch (op) {
    case "test":
      return sameJson(valueAt(target, steps), value)
        ? ok(target)
        : failure("Invalid", "testing value failed");
    case "add":
      return edited(target, steps, "add", value) ?? missing;
    case "replace":
      return edited(target, steps, "replace", value) ?? missing;
    case "remove":
      return edited(target, steps, "remove", undefined) ?? missing;
    case "copy":
    case "move": {
      const source = stepsOf(from);
      const moved = source === undefined ? undefined : valueAt(target, source);
      if (source === undefined || moved === undefined) return missing;
      const rest = op === "copy" ? ok(target) : edited(target, source, "remove", undefined);
      return rest?.ok === true ? (edited(rest.value, steps, "add", moved) ?? missing) : missing;
    }
    default:
      return failure("BadRequest", `unexpected kind of operation: ${JSON.stringify(op)}`);
  }
}

function stepsOf(path: Json | undefined): readonly string[] | undefined {
  if (typeof path !== "string" || (path !== "" && !path.startsWith("/"))) return undefined;
  return path
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function valueAt(target: Json | undefined, steps: readonly string[]): Json | undefined {
  let value = target;
  for (const step of steps) {
    value = isJsonList(value) ? value[Number(step)] : isJsonObject(value) ? value[step] : undefined;
  }
  return value;
}

/** The target with one place changed; `undefined` where the place is not there. */
function edited(
  target: Json | undefined,
  steps: readonly string[],
  how: "add" | "replace" | "remove",
  value: Json | undefined,
): ApiResult<Json | undefined> | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return ok(how === "remove" ? undefined : value);
  if (isJsonList(target)) {
    const index = step === "-" ? target.length : Number(step);
    if (!Number.isInteger(index) || index < 0 || index > target.length) return undefined;
    const list: Json[] = [...target];
    if (rest.length === 0 && how === "add") list.splice(index, 0, value ?? null);
    else if (index >= list.length) return undefined;
    else if (rest.length === 0 && how === "remove") list.splice(index, 1);
    else {
      const inner = edited(list[index], rest, how, value);
      if (inner?.ok !== true) return inner;
      list[index] = inner.value ?? null;
    }
    return ok(list);
  }
  if (!isJsonObject(target)) return undefined;
  if (!Object.hasOwn(target, step) && (rest.length > 0 || how !== "add")) return undefined;
  const inner = edited(target[step], rest, how, value);
  if (inner?.ok !== true) return inner;
  const { [step]: _old, ...others } = target;
  return ok(inner.value === undefined ? others : { ...others, [step]: inner.value });
}
