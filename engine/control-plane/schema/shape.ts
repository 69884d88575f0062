import type { JsonObject } from "../json.js";

/**
 * The shape of a kind of object: which fields it may have and of which types, and how lists merge
 * under a strategic merge patch (the `patchMergeKey` and `patchStrategy` of Kubernetes' types).
 * One description drives both the strict reader and the patch.
 */
export type Shape =
  | { readonly kind: "scalar"; readonly type: ScalarType }
  /** A part that nothing here looks into; it is kept as it is. */
  | { readonly kind: "anything" }
  | {
      readonly kind: "object";
      readonly goType: string;
      readonly fields: Fields;
      /** What stands for required fields that are absent, as Go's zero values do. */
      readonly zero: JsonObject;
    }
  | { readonly kind: "map"; readonly of: Shape }
  | { readonly kind: "list"; readonly of: Shape; readonly merge: ListMerge };

export type Fields = Readonly<Record<string, Shape>>;

export type ScalarType =
  | "string"
  | "bool"
  | "int32"
  | "int64"
  | "intOrString"
  | "quantity"
  | "Time"
  | "MicroTime";

export type ListMerge =
  | { readonly kind: "replace" }
  /** Items of one key value are the same item. */
  | { readonly kind: "by-key"; readonly key: string }
  /** A set of plain values. */
  | { readonly kind: "union" };

const scalar = (type: ScalarType): Shape => ({ kind: "scalar", type });

export const string = scalar("string");
export const bool = scalar("bool");
export const int32 = scalar("int32");
export const int64 = scalar("int64");
export const intOrString = scalar("intOrString");
export const quantity = scalar("quantity");
export const time = scalar("Time");
export const microTime = scalar("MicroTime");
export const anything: Shape = { kind: "anything" };

/** `goType` is the name of the Go struct, which the API server's messages use. */
export function object(goType: string, fields: Fields, zero: JsonObject = {}): Shape {
  return { kind: "object", goType, fields, zero };
}

export function map(of: Shape): Shape {
  return { kind: "map", of };
}

/** A list that a patch replaces whole. */
export function list(of: Shape): Shape {
  return { kind: "list", of, merge: { kind: "replace" } };
}

export function listByKey(key: string, of: Shape): Shape {
  return { kind: "list", of, merge: { kind: "by-key", key } };
}

export function setOf(of: Shape): Shape {
  return { kind: "list", of, merge: { kind: "union" } };
}
