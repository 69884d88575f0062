import { isObject, sameJson, type Json, type JsonObject } from "../json.js";
import type { ApiServer, WriteContext } from "../api/server.js";
import { asJson } from "../api/typed.js";
import { threeWayMerge } from "../api/merge.js";
import { ok, type ApiResult } from "../api/status.js";
import { LAST_APPLIED } from "../controllers/deployment/replica-sets.js";
import type { AnyObject } from "../objects.js";
import { copyJson } from "../schema/decode.js";
import type { Manifest } from "./manifests.js";

export interface Applied {
  readonly done: "created" | "configured" | "unchanged";
  readonly object: AnyObject;
}

/**
 * `kubectl apply`: creates the object, or merges three versions of it: what was applied last, what
 * is applied now, and how it stands.
 */
export async function applyManifest(
  api: ApiServer,
  manifest: Manifest,
  namespace: string,
  context: WriteContext,
): Promise<ApiResult<Applied>> {
  const { plural, namespaced, shape } = manifest.resource;
  const home = namespaced ? namespace : "";
  const current = api.cache.get(plural, home, manifest.name);
  const modified = annotated(manifest, home);
  if (current === undefined) {
    const created = await api.create(plural, modified, context);
    return created.ok ? ok({ done: "created", object: created.value }) : created;
  }
  const present = asJson(current);
  const merged = threeWayMerge(shape, lastApplied(current), modified, present);
  if (sameJson(merged, present)) return ok({ done: "unchanged", object: current });
  const patched = await api.patch(plural, home, manifest.name, () => merged, context);
  if (!patched.ok) return patched;
  const same = patched.value.metadata.resourceVersion === current.metadata.resourceVersion;
  return ok({ done: same ? "unchanged" : "configured", object: patched.value });
}

/** The manifest, carrying itself as an annotation for the next time. */
function annotated(manifest: Manifest, namespace: string): JsonObject {
  const object = copyObject(manifest.object);
  const metadata = asJson(object["metadata"]);
  const { [LAST_APPLIED]: _old, ...annotations } = asJson(metadata["annotations"]);
  const placed = namespace === "" ? metadata : { ...metadata, namespace };
  const plain = { ...object, metadata: { ...placed, annotations } };
  const text = `${JSON.stringify(plain)}\n`;
  return {
    ...plain,
    metadata: { ...placed, annotations: { ...annotations, [LAST_APPLIED]: text } },
  };
}

function copyObject(value: unknown): JsonObject {
  return asJson(copyJson(value));
}

function lastApplied(current: AnyObject): Json | undefined {
  const text = current.metadata.annotations?.[LAST_APPLIED];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? copyObject(value) : undefined;
  } catch {
    return undefined;
  }
}
