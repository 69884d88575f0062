import type { ApiServer, WriteContext } from "../api/server.js";
import type { Part } from "../api/prepare.js";
import { RESOURCES, groupResource, type Resource } from "../api/resources.js";
import { failure, notFound, ok, type ApiResult, type Status } from "../api/status.js";
import { asJson, isKind } from "../api/typed.js";
import { isObject } from "../json.js";
import type { AnyObject, Deployment, Plural, ReplicaSet } from "../objects.js";
import { readBody, readDeleteOptions, readPatch } from "./body.js";
import { VERSION, coreVersions, groupList, groupNamed, resourceList } from "./discovery.js";
import { derivedResponse } from "./derived.js";
import { renderList, renderOne, renderingFor, type Rendering } from "./render.js";
import { readPath, type ResourcePath } from "./route.js";
import { scaleOf, withScale } from "./scale.js";
import { readSelectors } from "./select.js";
import { json, type ApiRequest, type ApiResponse } from "./types.js";
import { watchResponse } from "./watch.js";

/** Who writes through HTTP. */
const ACTOR = { name: "kubectl" };

/** Answers the requests that kubectl makes of an API server (its REST conventions). */
export async function handleRequest(
  api: ApiServer,
  request: ApiRequest,
  now: () => number,
): Promise<ApiResponse> {
  const meta = request.method === "GET" ? metaResponse(request.path) : undefined;
  if (meta !== undefined) return meta;
  const derived = derivedResponse(api, request, now());
  if (derived !== undefined) return derived;
  const path = readPath(request.path);
  if (path === undefined) {
    return refused(failure("NotFound", "the server could not find the requested resource").status);
  }
  const rendering = renderingFor(request.accept, request.query, now());
  if (path.subresource === "scale") return scaleResponse(api, path, request);
  if (path.subresource === "binding") return bindingResponse(api, path, request);
  if (path.subresource !== undefined && path.subresource !== "status") {
    return refused(failure("BadRequest", whyNot(path)).status);
  }
  switch (request.method) {
    case "GET":
      return getResponse(api, path, request, rendering, now);
    case "POST":
      return createResponse(api, path, request, rendering);
    case "PUT":
      return putResponse(api, path, request, rendering);
    case "PATCH":
      return patchResponse(api, path, request, rendering);
    case "DELETE":
      return deleteResponse(api, path, request, rendering);
    default: {
      const message = `the server does not allow ${request.method} on the requested resource`;
      return refused(failure("MethodNotAllowed", message).status);
    }
  }
}

/** What needs a program that really runs cannot be had. */
const OF_PROGRAMS: ReadonlySet<string> = new Set(["log", "exec", "attach", "portforward", "proxy"]);

function whyNot({ resource, name = "", subresource = "" }: ResourcePath): string {
  return resource.plural === "pods" && OF_PROGRAMS.has(subresource)
    ? `no program really runs in pod "${name}" of the lab, so there is no ${subresource} of it`
    : `${groupResource(resource)} have no ${subresource} here`;
}

/** An empty OpenAPI document: kubectl then leaves it to the server to check fields. */
const NO_OPENAPI: ApiResponse = {
  kind: "bytes",
  contentType: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
  body: new Uint8Array(0),
};

function metaResponse(path: string): ApiResponse | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const [root, group, version, ...more] = parts;
  if (path === "/version") return json(VERSION);
  if (["/healthz", "/livez", "/readyz"].includes(path)) return json("ok");
  if (path === "/openapi/v2") return NO_OPENAPI;
  if (parts.length === 1 && root === "api") return json(coreVersions());
  if (parts.length === 1 && root === "apis") return json(groupList());
  if (root === "api" && group === "v1" && version === undefined) return json(resourceList(""));
  if (root !== "apis" || group === undefined || more.length > 0) return undefined;
  const found =
    version === undefined ? groupNamed(group) : version === "v1" ? resourceList(group) : undefined;
  return found === undefined ? undefined : json(found);
}

export function refused(status: Status): ApiResponse {
  return json(status, status.code);
}

function answer(
  result: ApiResult<AnyObject>,
  resource: Resource,
  rendering: Rendering,
  code = 200,
): ApiResponse {
  return result.ok
    ? json(renderOne(resource, result.value, rendering), code)
    : refused(result.status);
}

function contextOf({ query }: ApiRequest): WriteContext {
  return { actor: ACTOR, dryRun: query.get("dryRun") === "All" };
}

function partOf({ subresource }: ResourcePath): Part {
  return subresource === "status" ? "status" : "main";
}

async function getResponse(
  api: ApiServer,
  path: ResourcePath,
  { query }: ApiRequest,
  rendering: Rendering,
  now: () => number,
): Promise<ApiResponse> {
  const { resource, namespace, name } = path;
  if (name !== undefined) {
    const object = api.cache.get(resource.plural, namespace ?? "", name);
    return answer(
      object === undefined ? notFound(resource, name) : ok(object),
      resource,
      rendering,
    );
  }
  const selected = readSelectors(query);
  if (!selected.ok) return refused(selected.status);
  const matches = selected.value;
  if (["true", "1"].includes(query.get("watch") ?? "")) {
    return watchResponse(api, { resource, namespace, matches, query, rendering, now });
  }
  const objects = api.cache.list(resource.plural, namespace).filter(matches);
  const revision = String(api.cache.revision);
  return json(renderList(resource, objects, revision, rendering));
}

async function createResponse(
  api: ApiServer,
  { resource, namespace }: ResourcePath,
  request: ApiRequest,
  rendering: Rendering,
): Promise<ApiResponse> {
  const body = readBody(request);
  if (!body.ok) return refused(body.status);
  const placed = inNamespace(asJson(body.value), namespace);
  if (!placed.ok) return refused(placed.status);
  const made = await api.create(resource.plural, placed.value, contextOf(request));
  return answer(made, resource, rendering, 201);
}

function inNamespace(
  object: Readonly<Record<string, unknown>>,
  namespace: string | undefined,
): ApiResult<unknown> {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const own = metadata["namespace"];
  if (namespace === undefined) return ok(object);
  if (own !== undefined && own !== "" && own !== namespace) {
    const message =
      "the namespace of the provided object does not match the namespace sent on the request";
    return failure("BadRequest", message);
  }
  return ok({ ...object, metadata: { ...metadata, namespace } });
}

async function putResponse(
  api: ApiServer,
  path: ResourcePath,
  request: ApiRequest,
  rendering: Rendering,
): Promise<ApiResponse> {
  const body = readBody(request);
  if (!body.ok) return refused(body.status);
  const placed = inNamespace(asJson(body.value), path.namespace);
  if (!placed.ok) return refused(placed.status);
  const { resource } = path;
  const put = await api.update(resource.plural, placed.value, contextOf(request), partOf(path));
  return answer(put, resource, rendering);
}

async function patchResponse(
  api: ApiServer,
  path: ResourcePath,
  request: ApiRequest,
  rendering: Rendering,
): Promise<ApiResponse> {
  const { resource, namespace = "", name = "" } = path;
  const edit = readPatch(request, resource.shape);
  if (!edit.ok) return refused(edit.status);
  let failed: ApiResult<never> | undefined;
  const patched = await api.patch(
    resource.plural,
    namespace,
    name,
    (current) => {
      const made = edit.value(current);
      if (made.ok) return made.value;
      failed = made;
      return current;
    },
    contextOf(request),
    partOf(path),
  );
  return answer(failed ?? patched, resource, rendering);
}

async function deleteResponse(
  api: ApiServer,
  { resource, namespace, name }: ResourcePath,
  request: ApiRequest,
  rendering: Rendering,
): Promise<ApiResponse> {
  const options = readDeleteOptions(request);
  if (!options.ok) return refused(options.status);
  const context = contextOf(request);
  if (name !== undefined) {
    const deleted = await api.delete(
      resource.plural,
      namespace ?? "",
      name,
      context,
      options.value,
    );
    if (!deleted.ok) return refused(deleted.status);
    const left = api.cache.get(resource.plural, namespace ?? "", name);
    return left === undefined
      ? json(gone(resource, deleted.value))
      : json(renderOne(resource, left, rendering));
  }
  const selected = readSelectors(request.query);
  if (!selected.ok) return refused(selected.status);
  const objects = api.cache.list(resource.plural, namespace).filter(selected.value);
  for (const { metadata } of objects) {
    await api.delete(resource.plural, metadata.namespace, metadata.name, context, options.value);
  }
  return json(renderList(resource, objects, String(api.cache.revision), rendering));
}

/** What stands for an object that is no more. */
function gone(resource: Resource, object: AnyObject): unknown {
  const { name, uid } = object.metadata;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name, group: resource.group, kind: resource.plural, uid },
  };
}

async function scaleResponse(
  api: ApiServer,
  { resource, namespace = "", name = "" }: ResourcePath,
  request: ApiRequest,
): Promise<ApiResponse> {
  const { plural } = resource;
  const object = isScalable(plural) ? api.cache.get(plural, namespace, name) : undefined;
  if (!isScalable(plural) || object === undefined) return refused(notFound(resource, name).status);
  if (request.method === "GET") return json(scaleOf(object));
  const edit =
    request.method === "PATCH" ? readPatch(request, resource.shape) : ok(() => readBody(request));
  if (!edit.ok) return refused(edit.status);
  const scale = edit.value(asJson(scaleOf(object)));
  if (!scale.ok) return refused(scale.status);
  const next = withScale(plural, object, scale.value);
  if (!next.ok) return refused(next.status);
  const written = await api.update(plural, next.value, contextOf(request));
  if (!written.ok) return refused(written.status);
  return json(isScaled(written.value) ? scaleOf(written.value) : {});
}

function isScalable(plural: Plural): plural is "deployments" | "replicasets" {
  return plural === "deployments" || plural === "replicasets";
}

function isScaled(object: AnyObject): object is Deployment | ReplicaSet {
  return isKind("deployments", object) || isKind("replicasets", object);
}

async function bindingResponse(
  api: ApiServer,
  { namespace = "", name = "" }: ResourcePath,
  request: ApiRequest,
): Promise<ApiResponse> {
  const body = readBody(request);
  if (!body.ok) return refused(body.status);
  const target = asJson(asJson(body.value)["target"]);
  const node = target["name"];
  if (typeof node !== "string" || api.cache.get("nodes", "", node) === undefined) {
    return refused(notFound(RESOURCES.nodes, typeof node === "string" ? node : "").status);
  }
  const bound = await api.bind(namespace, name, node, contextOf(request));
  return bound.ok
    ? json({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }, 201)
    : refused(bound.status);
}
