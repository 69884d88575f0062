import { fault, type Fault, type Position } from "../../engine/errors.js";
import { parseAddress, type Address } from "../../engine/net/ip.js";
import { parsePrefix, type Prefix } from "../../engine/net/prefix.js";
import { unknown, type Field } from "../packet/field.js";
import { isObject, type JsonEntry, type JsonObject } from "./json.js";

/** What is wrong with a field; thrown and caught within this folder alone. */
class FieldProblem extends Error {
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/**
 * Makes a value of each entry. An entry that cannot be read becomes a fault that names it and its
 * field; the others stay.
 */
export function readEntries<T>(
  entries: readonly JsonEntry[],
  nameOf: (entry: JsonObject, index: number) => string,
  read: (entry: JsonObject) => T,
): { readonly value: readonly T[]; readonly faults: readonly Fault[] } {
  const value: T[] = [];
  const faults: Fault[] = [];
  entries.forEach((entry, index) => {
    try {
      value.push(read(entry.value));
    } catch (error) {
      if (!(error instanceof FieldProblem)) throw error;
      const at: Position = { ...entry.at, object: nameOf(entry.value, index), field: error.field };
      faults.push(fault("bad-field", error.message, at));
    }
  });
  return { value, faults };
}

export function refuseField(field: string, message: string): never {
  throw new FieldProblem(field, message);
}

export function optionalText(entry: JsonObject, field: string): string | undefined {
  const value = entry[field];
  if (value === undefined || typeof value === "string") return value;
  return refuseField(field, `${JSON.stringify(value)} is no text`);
}

export function requiredText(entry: JsonObject, field: string): string {
  return optionalText(entry, field) ?? refuseField(field, "is missing");
}

/** A whole number, also spelled as text in decimal or hexadecimal, as `ip -j` spells marks. */
export function optionalNumber(entry: JsonObject, field: string): number | undefined {
  const value = entry[field];
  if (value === undefined) return undefined;
  const number =
    typeof value === "string" && /^(?:0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= 0) return number;
  return refuseField(field, `${JSON.stringify(value)} is no whole number`);
}

export function requiredNumber(entry: JsonObject, field: string): number {
  return optionalNumber(entry, field) ?? refuseField(field, "is missing");
}

export function optionalAddress(entry: JsonObject, field: string): Address | undefined {
  const text = optionalText(entry, field);
  if (text === undefined) return undefined;
  return parseAddress(text) ?? refuseField(field, `"${text}" is no address`);
}

export function addressField(entry: JsonObject, field: string): Address {
  return optionalAddress(entry, field) ?? refuseField(field, "is missing");
}

export function prefixField(field: string, text: string): Prefix {
  return parsePrefix(text) ?? refuseField(field, `"${text}" is no address or prefix`);
}

/** Realms, the source's in the upper 16 bits; other names than that of 0 stand in a file of each host. */
export function realmsOf(from: unknown, to: unknown): { readonly realms?: Field<number> } {
  if (from === undefined && to === undefined) return {};
  const [upper, lower] = [from, to].map((value) =>
    value === undefined || value === "cosmos" ? 0 : Number(value),
  );
  return Number.isInteger(upper) && Number.isInteger(lower)
    ? { realms: (upper ?? 0) * 2 ** 16 + (lower ?? 0) }
    : { realms: unknown("the number of a route's realm is not given") };
}

/** The objects of a list, empty when the field is not there. */
export function listField(entry: JsonObject, field: string): readonly JsonObject[] {
  const value = entry[field];
  if (value === undefined) return [];
  if (!Array.isArray(value)) return refuseField(field, "is no list");
  return value.map((item: unknown, index) =>
    isObject(item) ? item : refuseField(`${field}[${index}]`, "is no object"),
  );
}

/** Flags and other lists of words. */
export function wordsField(entry: JsonObject, field: string): readonly string[] {
  const value = entry[field];
  if (value === undefined) return [];
  if (!Array.isArray(value)) return refuseField(field, "is no list");
  return value.filter((word): word is string => typeof word === "string");
}
