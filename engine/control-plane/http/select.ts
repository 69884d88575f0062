import { parseSelector, requirementHolds } from "../api/selector.js";
import { failure, ok, type ApiResult } from "../api/status.js";
import { isObject } from "../json.js";

/** Anything with labels. */
export interface Selectable {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> | undefined };
}

export type Predicate = (object: Selectable) => boolean;

/** What `labelSelector` and `fieldSelector` of a query let through. */
export function readSelectors(query: ReadonlyMap<string, string>): ApiResult<Predicate> {
  const labels = query.get("labelSelector") ?? "";
  const requirements = parseSelector(labels);
  if (requirements === undefined) {
    return failure("BadRequest", `unable to parse requirement: ${labels}`);
  }
  const fields = readFields(query.get("fieldSelector") ?? "");
  if (fields === undefined) {
    return failure("BadRequest", `invalid selector: ${query.get("fieldSelector") ?? ""}`);
  }
  return ok(
    (object) =>
      requirements.every((one) => requirementHolds(one, object.metadata.labels ?? {})) &&
      fields.every(({ path, value, not }) => (fieldOf(object, path) === value) !== not),
  );
}

interface FieldRequirement {
  readonly path: string;
  readonly value: string;
  readonly not: boolean;
}

function readFields(text: string): readonly FieldRequirement[] | undefined {
  const parts = text.split(",").filter((part) => part !== "");
  const read = parts.map((part) => {
    const found = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
    if (found === null) return undefined;
    const [, path = "", operator, value = ""] = found;
    return { path: path.trim(), value: value.trim(), not: operator === "!=" };
  });
  return read.every((one) => one !== undefined) ? read : undefined;
}

function fieldOf(object: Selectable, path: string): string {
  let value: unknown = object;
  for (const step of path.split(".")) value = isObject(value) ? value[step] : undefined;
  return typeof value === "string"
    ? value
    : value === undefined
      ? ""
      : (JSON.stringify(value) ?? "");
}
