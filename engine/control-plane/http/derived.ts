import type { ApiServer } from "../api/server.js";
import { failure } from "../api/status.js";
import { DERIVED_RESOURCES } from "../derived/resources.js";
import type { DerivedResource, DerivedRow } from "../derived/types.js";
import { renderingFor, tableOfRows } from "./render.js";
import { readSelectors } from "./select.js";
import { json, type ApiRequest, type ApiResponse } from "./types.js";

/** Answers requests for what nobody stores; `undefined` for requests that are not for that. */
export function derivedResponse(
  api: ApiServer,
  request: ApiRequest,
  now: number,
): ApiResponse | undefined {
  const found = placeOf(request.path);
  if (found === undefined) return undefined;
  const { resource, namespace, name } = found;
  const refuse = (reason: "MethodNotAllowed" | "NotFound", message: string): ApiResponse => {
    const { status } = failure(reason, message);
    return json(status, status.code);
  };
  const watching = ["true", "1"].includes(request.query.get("watch") ?? "");
  if (request.method !== "GET" || watching) {
    const what = watching ? "watch" : request.method;
    const message = `the server does not allow ${what} on the requested resource: ${resource.plural} are made from other objects here`;
    return refuse("MethodNotAllowed", message);
  }
  const selected = readSelectors(request.query);
  if (!selected.ok) return json(selected.status, selected.status.code);
  const rows = resource
    .rows(api, now)
    .filter(({ object }) => namespace === undefined || object.metadata.namespace === namespace)
    .filter(({ object }) => name === undefined || object.metadata.name === name)
    .filter(({ object }) => selected.value(object));
  if (name === undefined) return json(listed(api, resource, rows, request, now));
  const [one] = rows;
  if (one === undefined) return refuse("NotFound", `${resource.plural} "${name}" not found`);
  return json(shown(resource, [one], request, now) ?? one.object);
}

function listed(
  api: ApiServer,
  resource: DerivedResource,
  rows: readonly DerivedRow[],
  request: ApiRequest,
  now: number,
): unknown {
  return (
    shown(resource, rows, request, now) ?? {
      kind: `${resource.kind}List`,
      apiVersion: "v1",
      metadata: { resourceVersion: String(api.cache.revision) },
      items: rows.map(({ object }) => object),
    }
  );
}

/** As a table, if that is asked for. */
function shown(
  resource: DerivedResource,
  rows: readonly DerivedRow[],
  { accept, query }: ApiRequest,
  now: number,
): unknown {
  const { table, include } = renderingFor(accept, query, now);
  if (!table) return undefined;
  const beside = (object: DerivedRow["object"]): unknown => {
    if (include === "None") return null;
    if (include === "Object") return object;
    const { metadata } = object;
    return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
  };
  const made = rows.map(({ cells, object }) => ({ cells, object: beside(object) }));
  return tableOfRows(resource.columns, made, "");
}

interface Place {
  readonly resource: DerivedResource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

function placeOf(path: string): Place | undefined {
  const [root, version, ...rest] = path.split("/").filter((part) => part !== "");
  if (root !== "api" || version !== "v1") return undefined;
  const [first, namespace] = rest;
  const inNamespace = first === "namespaces" && rest.length > 2;
  const [plural, name, ...more] = inNamespace ? rest.slice(2) : rest;
  const resource = DERIVED_RESOURCES.find((one) => one.plural === plural);
  if (resource === undefined || more.length > 0 || (!inNamespace && name !== undefined)) {
    return undefined;
  }
  return { resource, namespace: inNamespace ? namespace : undefined, name };
}
