import type { Severity } from "../errors.js";

/** A parsed JSON or YAML mapping. */
export type Mapping = Readonly<Record<string, unknown>>;
export type PathStep = string | number;

/** Something wrong inside one object; `path` leads to it from the object's root. */
export interface Finding {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly path: readonly PathStep[];
}

/** Takes findings while an object is read. Reading goes on with whatever is good. */
export class Findings {
  readonly list: Finding[] = [];

  error(code: string, message: string, ...path: readonly PathStep[]): void {
    this.list.push({ severity: "error", code, message, path });
  }

  warn(code: string, message: string, ...path: readonly PathStep[]): void {
    this.list.push({ severity: "warning", code, message, path });
  }
}

/** No Kubernetes object is nested as deep as this; parsers that call themselves stay safe. */
export const DEEPEST = 500;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;

/** `spec.ports[0].nodePort`; keys with other characters as `labels["a/b"]`. */
export function formatPath(path: readonly PathStep[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!PLAIN_KEY.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** What a value is, for messages. */
export function describeValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? typeof value);
}

const EMPTY: Mapping = {};
const NO_TEXTS: readonly string[] = [];

/**
 * Typed reads of one mapping's fields; a value of a wrong type is reported and left out. Where it
 * stands is worked out only when something is wrong, as good objects are by far the more.
 */
export class Fields {
  readonly mapping: Mapping;
  private readonly found: Findings;
  private readonly parent: Fields | undefined;
  private readonly key: string;
  /** Where it stands in a list; -1 elsewhere. */
  readonly index: number;

  constructor(mapping: Mapping, found: Findings, parent?: Fields, key = "", index = -1) {
    this.mapping = mapping;
    this.found = found;
    this.parent = parent;
    this.key = key;
    this.index = index;
  }

  has(key: string): boolean {
    return this.mapping[key] !== undefined && this.mapping[key] !== null;
  }

  error(code: string, message: string, ...path: readonly PathStep[]): void {
    this.found.error(code, message, ...this.path(), ...path);
  }

  warn(code: string, message: string, ...path: readonly PathStep[]): void {
    this.found.warn(code, message, ...this.path(), ...path);
  }

  text(key: string): string | undefined {
    const value = this.mapping[key];
    if (value === undefined || value === null || typeof value === "string") {
      return value ?? undefined;
    }
    this.wrongType(key, "a text");
    return undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.mapping[key];
    if (value === undefined || value === null || typeof value === "boolean") {
      return value ?? undefined;
    }
    this.wrongType(key, "true or false");
    return undefined;
  }

  /** A whole number from `min` to `max`. */
  integer(key: string, min: number, max: number): number | undefined {
    const value = this.mapping[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value)) {
      this.wrongType(key, "a whole number");
      return undefined;
    }
    if (value >= min && value <= max) return value;
    this.error("out-of-range", `${key} is ${value}, not from ${min} to ${max}`, key);
    return undefined;
  }

  /** One of `choices`; anything else is reported. */
  choice<const Choice extends string>(key: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const known = choices.find((choice) => choice === value);
    if (known === undefined) {
      const message = `${key} is ${JSON.stringify(value)}, not one of ${choices.join(", ")}`;
      this.error("unknown-value", message, key);
    }
    return known;
  }

  /** The mapping under `key`; an absent one reads as empty. */
  inside(key: string): Fields {
    const value = this.mapping[key];
    if (value !== undefined && value !== null && !isMapping(value)) {
      this.wrongType(key, "a mapping");
    }
    return new Fields(isMapping(value) ? value : EMPTY, this.found, this, key);
  }

  list(key: string): readonly unknown[] {
    const value = this.mapping[key];
    if (Array.isArray(value)) return value;
    if (value !== undefined && value !== null) this.wrongType(key, "a list");
    return [];
  }

  /** The texts of a list, each with where it stands. */
  texts(key: string): readonly string[] {
    const items = this.list(key);
    if (items.length === 0) return NO_TEXTS;
    if (items.every((item) => typeof item === "string")) return items;
    return items.filter((item, index): item is string => {
      if (typeof item !== "string") {
        this.error("wrong-type", `${describeValue(item)} is not a text`, key, index);
      }
      return typeof item === "string";
    });
  }

  /** The mappings of a list. */
  items(key: string): readonly Fields[] {
    const items: Fields[] = [];
    for (const [index, item] of this.list(key).entries()) {
      if (isMapping(item)) items.push(new Fields(item, this.found, this, key, index));
      else this.error("wrong-type", `${describeValue(item)} is not a mapping`, key, index);
    }
    return items;
  }

  private path(): readonly PathStep[] {
    if (this.parent === undefined) return [];
    const outer = this.parent.path();
    return this.index < 0 ? [...outer, this.key] : [...outer, this.key, this.index];
  }

  private wrongType(key: string, wanted: string): void {
    this.error("wrong-type", `${key} is ${describeValue(this.mapping[key])}, not ${wanted}`, key);
  }
}
