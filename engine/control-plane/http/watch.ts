import type { ApiEvent } from "../api/cache.js";
import type { Resource } from "../api/resources.js";
import type { ApiServer } from "../api/server.js";
import { failure } from "../api/status.js";
import type { AnyObject } from "../objects.js";
import { renderOne, type Rendering } from "./render.js";
import type { Predicate } from "./select.js";
import { json, type ApiResponse } from "./types.js";

export interface WatchRequest {
  readonly resource: Resource;
  /** `undefined`: all namespaces. */
  readonly namespace: string | undefined;
  readonly matches: Predicate;
  readonly query: ReadonlyMap<string, string>;
  readonly rendering: Rendering;
  readonly now: () => number;
}

/**
 * `?watch=true`: changes from a revision on; without one, first everything that is there. An object
 * that comes to match counts as added, one that ceases to as deleted.
 */
export function watchResponse(api: ApiServer, request: WatchRequest): ApiResponse {
  const { resource, namespace, matches, query, rendering, now } = request;
  const asked = query.get("resourceVersion") ?? "";
  const inScope = (object: AnyObject | undefined): object is AnyObject =>
    object !== undefined &&
    (namespace === undefined || object.metadata.namespace === namespace) &&
    matches(object);
  const present = asked === "" || asked === "0" ? api.cache.list(resource.plural, namespace) : [];
  const from = asked === "" || asked === "0" ? api.cache.revision : Number(asked);
  if (!Number.isInteger(from)) {
    const message = `invalid resource version: ${asked}`;
    const { status } = failure("BadRequest", message);
    return json(status, status.code);
  }
  return {
    kind: "stream",
    start: async (send) => {
      const render = (object: AnyObject): unknown =>
        renderOne(resource, object, { ...rendering, now: now() });
      for (const object of present.filter(inScope)) send({ type: "ADDED", object: render(object) });
      const watch = await api.watch(resource.plural, from, ({ object, before, type }) => {
        const told = typeFor(type, inScope(before), inScope(object));
        if (told !== undefined) send({ type: told, object: render(object) });
      });
      if (watch.ok) return () => watch.value.close();
      send({ type: "ERROR", object: watch.status });
      return () => Promise.resolve();
    },
  };
}

function typeFor(
  type: ApiEvent["type"],
  wasThere: boolean,
  isThere: boolean,
): ApiEvent["type"] | undefined {
  if (type === "DELETED") return wasThere || isThere ? "DELETED" : undefined;
  if (isThere) return wasThere ? "MODIFIED" : "ADDED";
  return wasThere ? "DELETED" : undefined;
}
