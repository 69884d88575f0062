import { apiVersionOf, type Resource } from "../api/resources.js";
import { isKind } from "../api/typed.js";
import type { AnyObject } from "../objects.js";
import type { Cell, Column } from "../table/table.js";
import { tableOf } from "../table/tables.js";

/** How a client wants to see objects. */
export interface Rendering {
  /** As rows for a person, if the `Accept` header asks for a Table. */
  readonly table: boolean;
  /** How much of each object stands beside its row. */
  readonly include: "Object" | "Metadata" | "None";
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function renderingFor(
  accept: string,
  query: ReadonlyMap<string, string>,
  now: number,
): Rendering {
  const [first = ""] = accept.split(",");
  const table = first.includes("as=Table") && first.includes("g=meta.k8s.io");
  const wanted = query.get("includeObject");
  const include = wanted === "Object" || wanted === "None" ? wanted : "Metadata";
  return { table, include, now };
}

export function renderOne(resource: Resource, object: AnyObject, rendering: Rendering): unknown {
  return rendering.table
    ? renderTable(resource, [object], object.metadata.resourceVersion, rendering)
    : plain(object);
}

export function renderList(
  resource: Resource,
  objects: readonly AnyObject[],
  resourceVersion: string,
  rendering: Rendering,
): unknown {
  if (rendering.table) return renderTable(resource, objects, resourceVersion, rendering);
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion },
    items: objects.map(plain),
  };
}

/** `meta.k8s.io/v1 Table`. */
function renderTable(
  resource: Resource,
  objects: readonly AnyObject[],
  resourceVersion: string,
  { include, now }: Rendering,
): unknown {
  const own = objects.filter((object) => isKind(resource.plural, object));
  const table = tableOf(resource.plural, own, now);
  const rows = table.rows.map(({ cells, object }) => ({ cells, object: beside(object, include) }));
  return tableOfRows(table.columns, rows, resourceVersion);
}

/** `rows` with what stands beside each. */
export function tableOfRows(
  columns: readonly Column[],
  rows: readonly { readonly cells: readonly Cell[]; readonly object: unknown }[],
  resourceVersion: string,
): unknown {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion },
    columnDefinitions: columns.map(({ name, wide }, index) => ({
      name,
      type: "string",
      format: index === 0 ? "name" : "",
      description: "",
      priority: wide ? 1 : 0,
    })),
    rows,
  };
}

function beside(object: AnyObject, include: Rendering["include"]): unknown {
  switch (include) {
    case "None":
      return null;
    case "Object":
      return plain(object);
    case "Metadata": {
      const { metadata } = plain(object);
      return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
    }
  }
}

/** An object outside namespaces has no namespace, not an empty one. */
export function plain(object: AnyObject) {
  const { namespace, ...metadata } = object.metadata;
  return namespace === "" ? { ...object, metadata } : object;
}
