import { parse } from "yaml";
import type { DeleteOptions, Propagation } from "../api/deletion.js";
import { mergePatch } from "../api/merge.js";
import { failure, ok, type ApiResult } from "../api/status.js";
import { strategicPatch } from "../api/strategic.js";
import { asJson } from "../api/typed.js";
import { isObject, type Json, type JsonObject } from "../json.js";
import { copyJson } from "../schema/decode.js";
import type { Shape } from "../schema/shape.js";
import { jsonPatch } from "./json-patch.js";
import type { ApiRequest } from "./types.js";

/** The body's value; JSON, or YAML where the request says so. */
export function readBody({ body, contentType }: ApiRequest): ApiResult<Json> {
  try {
    const value: unknown = contentType.includes("yaml") ? parse(body) : JSON.parse(body);
    return ok(copyJson(value) ?? null);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure("BadRequest", `the body cannot be read: ${why}`);
  }
}

/** What a PATCH makes of an object. */
export type Edit = (current: JsonObject) => ApiResult<unknown>;

/** Reads the body of a PATCH by its content type. */
export function readPatch(request: ApiRequest, shape: Shape): ApiResult<Edit> {
  const body = readBody(request);
  if (!body.ok) return body;
  const patch = body.value;
  const [type = ""] = request.contentType.split(";");
  switch (type.trim()) {
    case "application/merge-patch+json":
      return ok((current) => ok(mergePatch(current, patch)));
    case "application/strategic-merge-patch+json":
      return ok((current) => ok(strategicPatch(shape, current, patch)));
    case "application/json-patch+json":
      return ok((current) => jsonPatch(current, patch));
    default: {
      const known =
        "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json";
      const message = `the body of the request was in an unknown format - accepted media types include: ${known}`;
      return failure("UnsupportedMediaType", message);
    }
  }
}

const PROPAGATIONS: readonly Propagation[] = ["Background", "Foreground", "Orphan"];

/** Options of a DELETE, from its body and its query. */
export function readDeleteOptions(request: ApiRequest): ApiResult<DeleteOptions> {
  const body = request.body === "" ? ok(null) : readBody(request);
  if (!body.ok) return body;
  const options = isObject(body.value) ? asJson(body.value) : {};
  const grace = options["gracePeriodSeconds"] ?? numberIn(request.query.get("gracePeriodSeconds"));
  const policy = options["propagationPolicy"] ?? request.query.get("propagationPolicy");
  const propagation =
    options["orphanDependents"] === true
      ? "Orphan"
      : PROPAGATIONS.find((known) => known === policy);
  const { uid, resourceVersion } = asJson(options["preconditions"]);
  return ok({
    ...(typeof grace === "number" ? { gracePeriodSeconds: grace } : {}),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    preconditions: {
      ...(typeof uid === "string" ? { uid } : {}),
      ...(typeof resourceVersion === "string" ? { resourceVersion } : {}),
    },
  });
}

function numberIn(text: string | undefined): number | undefined {
  const number = Number(text ?? Number.NaN);
  return Number.isInteger(number) ? number : undefined;
}
