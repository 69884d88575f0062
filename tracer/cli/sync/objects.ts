import type { Fault } from "../../../engine/errors.js";
import { readText } from "../../../engine/kubernetes/read.js";
import type { ObjectChange } from "../../../engine/kube-proxy/sync/types.js";
import type { Source } from "../files.js";

/** Parsed objects by kind, namespace and name. */
export type RawObjects = ReadonlyMap<string, unknown>;

/** The objects of some texts as they are parsed, lists opened, nothing checked yet. */
export function rawObjectsIn(sources: readonly Source[]): {
  readonly objects: RawObjects;
  readonly faults: readonly Fault[];
} {
  const objects = new Map<string, unknown>();
  const faults: Fault[] = [];
  for (const source of sources) {
    const read = readText(source);
    faults.push(...read.faults);
    for (const { value } of read.documents) {
      for (const object of itemsOf(value)) objects.set(keyOf(object), object);
    }
  }
  return { objects, faults };
}

/** What came, changed and went between two readings. */
export function changeBetween(before: RawObjects, after: RawObjects): ObjectChange {
  const add: unknown[] = [];
  const update: unknown[] = [];
  const gone: unknown[] = [];
  for (const [key, object] of after) {
    if (!before.has(key)) add.push(object);
    else if (!sameText(before.get(key), object)) update.push(object);
  }
  for (const [key, object] of before) if (!after.has(key)) gone.push(object);
  return { add, update, delete: gone };
}

/** What is nested too deep to be written counts as changed: the sync looks at it again. */
function sameText(left: unknown, right: unknown): boolean {
  try {
    return JSON.stringify(left) === JSON.stringify(right);
  } catch {
    return false;
  }
}

function itemsOf(value: unknown): readonly unknown[] {
  if (!isMapping(value)) return value === null || value === undefined ? [] : [value];
  const { kind, items } = value;
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)
    ? items
    : [value];
}

function keyOf(object: unknown): string {
  if (!isMapping(object)) return typeof object;
  const metadata = isMapping(object["metadata"]) ? object["metadata"] : {};
  return JSON.stringify([object["kind"], metadata["namespace"] ?? "default", metadata["name"]]);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
