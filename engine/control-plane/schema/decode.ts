import { isObject, type Json, type JsonObject } from "../json.js";
import type { ScalarType, Shape } from "./shape.js";

export interface Decoded {
  /** What fits the shape: nulls dropped, as Go's decoder does with fields that are no pointers. */
  readonly value: JsonObject;
  /** In the API server's words; empty when all fits. */
  readonly problems: readonly string[];
}

/** Reads untyped data strictly against the shape of its kind. */
export function decode(shape: Shape, value: unknown): Decoded {
  const problems: string[] = [];
  const read = decodeValue(shape, value, { path: "", field: "", goType: "" }, problems);
  return { value: isJsonObject(read) ? read : {}, problems };
}

interface Place {
  /** As in `spec.ports[0].port`. */
  readonly path: string;
  /** As Go names it: without list indices, as in `spec.ports.port`. */
  readonly field: string;
  /** The struct that holds the field. */
  readonly goType: string;
}

function decodeValue(
  shape: Shape,
  value: unknown,
  place: Place,
  problems: string[],
): Json | undefined {
  if (value === null || value === undefined) return undefined;
  switch (shape.kind) {
    case "scalar":
      return decodeScalar(shape.type, value, place, problems);
    case "anything":
      return copyJson(value);
    case "object":
      return decodeObject(shape, value, place, problems);
    case "map":
      return decodeMap(shape.of, value, place, problems);
    case "list":
      return decodeList(shape.of, value, place, problems);
  }
}

function decodeObject(
  shape: Extract<Shape, { kind: "object" }>,
  value: unknown,
  place: Place,
  problems: string[],
): Json | undefined {
  if (!isObject(value)) return mismatch(shape.goType, value, place, problems);
  const made: Record<string, Json> = {};
  for (const [name, item] of Object.entries(value)) {
    const path = place.path === "" ? name : `${place.path}.${name}`;
    const field = shape.fields[name];
    if (field === undefined || !Object.hasOwn(shape.fields, name)) {
      problems.push(`unknown field "${path}"`);
      continue;
    }
    const inner = { path, field: joined(place.field, name), goType: shape.goType };
    const read = decodeValue(field, item, inner, problems);
    if (read !== undefined) made[name] = read;
  }
  for (const [name, zero] of Object.entries(shape.zero)) {
    const field = shape.fields[name];
    if (made[name] !== undefined || field === undefined) continue;
    const read = decodeValue(field, zero, place, problems);
    if (read !== undefined) made[name] = read;
  }
  return made;
}

function decodeMap(of: Shape, value: unknown, place: Place, problems: string[]): Json | undefined {
  if (!isObject(value)) return mismatch(goTypeOf({ kind: "map", of }), value, place, problems);
  const made: Record<string, Json> = {};
  for (const [name, item] of Object.entries(value)) {
    const inner = { ...place, path: `${place.path}.${name}` };
    const read = decodeValue(of, item, inner, problems);
    if (read !== undefined && name !== "__proto__") made[name] = read;
  }
  return made;
}

function decodeList(of: Shape, value: unknown, place: Place, problems: string[]): Json | undefined {
  if (!Array.isArray(value)) return mismatch(`[]${goTypeOf(of)}`, value, place, problems);
  const made: Json[] = [];
  for (const [index, item] of value.entries()) {
    const read = decodeValue(of, item, { ...place, path: `${place.path}[${index}]` }, problems);
    if (read !== undefined) made.push(read);
  }
  return made;
}

function decodeScalar(
  type: ScalarType,
  value: unknown,
  place: Place,
  problems: string[],
): Json | undefined {
  const fitting = scalarFitting(type, value);
  return fitting === undefined ? mismatch(goScalar(type), value, place, problems) : fitting;
}

const INT32 = 2 ** 31;

function scalarFitting(type: ScalarType, value: unknown): Json | undefined {
  switch (type) {
    case "string":
      return typeof value === "string" ? value : undefined;
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "int32":
      return isInteger(value) && value >= -INT32 && value < INT32 ? value : undefined;
    case "int64":
      return isInteger(value) ? value : undefined;
    case "intOrString":
      return typeof value === "string" || isInteger(value) ? value : undefined;
    case "quantity":
      return isNumber(value) ? String(value) : typeof value === "string" ? value : undefined;
    case "Time":
    case "MicroTime":
      return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined;
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isInteger(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value);
}

function mismatch(goType: string, value: unknown, place: Place, problems: string[]): undefined {
  const got = Array.isArray(value)
    ? "array"
    : isObject(value)
      ? "object"
      : isNumber(value)
        ? `number${Number.isInteger(value) ? "" : ` ${value}`}`
        : typeof value === "boolean"
          ? "bool"
          : "string";
  problems.push(
    `json: cannot unmarshal ${got} into Go struct field ${place.goType}.${place.field} of type ${goType}`,
  );
  return undefined;
}

function goScalar(type: ScalarType): string {
  switch (type) {
    case "string":
    case "bool":
    case "int32":
    case "int64":
      return type;
    case "intOrString":
      return "intstr.IntOrString";
    case "quantity":
      return "resource.Quantity";
    case "Time":
    case "MicroTime":
      return `v1.${type}`;
  }
}

function goTypeOf(shape: Shape): string {
  switch (shape.kind) {
    case "scalar":
      return goScalar(shape.type);
    case "anything":
      return "interface {}";
    case "object":
      return `v1.${shape.goType}`;
    case "map":
      return `map[string]${goTypeOf(shape.of)}`;
    case "list":
      return `[]${goTypeOf(shape.of)}`;
  }
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function isJsonObject(value: Json | undefined): value is JsonObject {
  return isObject(value);
}

/** A deep copy of what JSON can hold; anything else is dropped. */
export function copyJson(value: unknown): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => copyJson(item) ?? null);
  if (isObject(value)) {
    const made: Record<string, Json> = {};
    for (const [name, item] of Object.entries(value)) {
      const copy = copyJson(item);
      if (copy !== undefined && name !== "__proto__") made[name] = copy;
    }
    return made;
  }
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  return isNumber(value) ? value : undefined;
}
