import { checkEndpoints } from "./check-endpoints.js";
import { checkNode, checkPod } from "./check-node.js";
import { checkService } from "./check-service.js";
import { checkSlice } from "./check-slice.js";
import { Fields, Findings, isMapping, type Finding, type Mapping, type PathStep } from "./shape.js";
import type { KubernetesObject, ObjectKind } from "./types.js";

/** One object of an input, as it was read, with its way from the root of its document. */
export interface RawObject {
  readonly raw: Mapping;
  readonly path: readonly PathStep[];
  /** Of the list around it, for items that carry none (`ServiceList`). */
  readonly listKind: string | undefined;
  readonly listVersion: string | undefined;
}

export type CheckedObject =
  | { readonly object: KubernetesObject | undefined; readonly findings: readonly Finding[] }
  | { readonly skippedKind: string };

interface Reader {
  readonly apiVersion: string;
  readonly check: (object: Fields) => KubernetesObject | undefined;
}

const READERS: Readonly<Record<ObjectKind, Reader>> = {
  Service: { apiVersion: "v1", check: checkService },
  EndpointSlice: { apiVersion: "discovery.k8s.io/v1", check: checkSlice },
  Endpoints: { apiVersion: "v1", check: checkEndpoints },
  Node: { apiVersion: "v1", check: checkNode },
  Pod: { apiVersion: "v1", check: checkPod },
};

/** A list in a list is rare; without a limit one that holds itself would have no end. */
const MOST_LISTS = 10;

/** The objects in a document: itself, or the items of a `List` or `...List`, also of lists in it. */
export function* objectsIn(
  document: unknown,
  path: readonly PathStep[],
  findings: Findings,
  list?: Mapping,
): Generator<RawObject> {
  if (!isMapping(document)) {
    findings.error("not-an-object", "this is not a Kubernetes object", ...path);
    return;
  }
  const kind = document["kind"];
  const items = document["items"];
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
    if (path.length >= 2 * MOST_LISTS) {
      findings.error("nested-too-deep", `lists in lists, more than ${MOST_LISTS} deep`, ...path);
      return;
    }
    for (const [index, item] of items.entries()) {
      yield* objectsIn(item, [...path, "items", index], findings, document);
    }
    return;
  }
  yield {
    raw: document,
    path,
    listKind: textAt(list, "kind")?.replace(/List$/, ""),
    listVersion: textAt(list, "apiVersion"),
  };
}

/** Checks one object of a known kind; other kinds are named and left alone. */
export function checkObject({ raw, listKind, listVersion }: RawObject): CheckedObject {
  const found = new Findings();
  const object = new Fields(raw, found);
  const kind = raw["kind"] ?? (listKind === "" ? undefined : listKind);
  if (typeof kind !== "string" || kind === "") {
    object.error("kind-missing", "the object has no kind");
    return { object: undefined, findings: found.list };
  }
  if (!isKnownKind(kind)) return { skippedKind: kind };
  const reader = READERS[kind];
  const version = raw["apiVersion"] ?? listVersion;
  if (version !== reader.apiVersion) {
    const given = typeof version === "string" ? version : "none";
    const message = `apiVersion is ${given}; ${kind} is read from ${reader.apiVersion}`;
    object.error("unsupported-api-version", message, "apiVersion");
    return { object: undefined, findings: found.list };
  }
  return { object: reader.check(object), findings: found.list };
}

function isKnownKind(kind: string): kind is ObjectKind {
  return Object.hasOwn(READERS, kind);
}

/** `Service default/web`, as far as the object tells. */
export function describeObject({ raw, listKind }: RawObject): string {
  const metadata = isMapping(raw["metadata"]) ? raw["metadata"] : {};
  const name = textAt(metadata, "name");
  const namespace = textAt(metadata, "namespace") ?? "default";
  const kind = textAt(raw, "kind") ?? listKind ?? "object";
  if (name === undefined) return kind;
  return kind === "Node" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

function textAt(mapping: Mapping | undefined, key: string): string | undefined {
  const value = mapping?.[key];
  return typeof value === "string" ? value : undefined;
}
