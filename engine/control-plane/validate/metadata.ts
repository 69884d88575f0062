import { forbiddenField, invalidValue, required, type FieldError } from "../api/field-error.js";
import { sameJson } from "../json.js";
import type { AnyObject, Metadata } from "../objects.js";
import {
  DNS_1035_LABEL,
  DNS_LABEL,
  DNS_SUBDOMAIN,
  labelErrors,
  nameErrors,
  qualifiedNameErrors,
} from "./names.js";

/** What every kind's metadata must keep to (`ValidateObjectMeta`). */
export function metadataErrors(object: AnyObject): readonly FieldError[] {
  const { metadata } = object;
  if (metadata.name === "") {
    return [required("metadata.name", "name or generateName is required")];
  }
  return [
    ...nameErrors("metadata.name", metadata.name, nameRuleOf(object.kind)),
    ...labelErrors("metadata.labels", metadata.labels),
    ...annotationErrors(metadata),
    ...(metadata.finalizers ?? []).flatMap((name) =>
      qualifiedNameErrors("metadata.finalizers", name),
    ),
    ...ownerErrors(metadata),
  ];
}

function nameRuleOf(kind: string) {
  if (kind === "Service") return DNS_1035_LABEL;
  return kind === "Namespace" ? DNS_LABEL : DNS_SUBDOMAIN;
}

const MAX_ANNOTATIONS = 256 * 1024;

function annotationErrors(metadata: Metadata): readonly FieldError[] {
  const annotations = Object.entries(metadata.annotations ?? {});
  const errors = annotations.flatMap(([key]) =>
    qualifiedNameErrors("metadata.annotations", key.toLowerCase()),
  );
  const size = annotations.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size <= MAX_ANNOTATIONS) return errors;
  const message = `Too long: must have at most ${MAX_ANNOTATIONS} bytes`;
  return [...errors, { type: "TooLong", field: "metadata.annotations", message }];
}

function ownerErrors(metadata: Metadata): readonly FieldError[] {
  const controllers = (metadata.ownerReferences ?? []).filter((owner) => owner.controller === true);
  if (controllers.length <= 1) return [];
  const names = controllers.map((owner) => owner.name).join(" and ");
  const detail = `Only one reference can have Controller set to true. Found "true" in references for ${names}`;
  return [
    invalidValue(
      "metadata.ownerReferences",
      controllers.map((owner) => owner.name),
      detail,
    ),
  ];
}

/** `ValidateObjectMetaUpdate`: what must stay as it was. */
export function metadataUpdateErrors(next: Metadata, old: Metadata): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (next.name !== old.name) {
    errors.push(invalidValue("metadata.name", next.name, "field is immutable"));
  }
  if (next.uid !== old.uid) {
    errors.push(invalidValue("metadata.uid", next.uid, "field is immutable"));
  }
  if (old.deletionTimestamp !== undefined) {
    const added = (next.finalizers ?? []).filter((name) => !(old.finalizers ?? []).includes(name));
    if (added.length > 0) {
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
      errors.push(forbiddenField("metadata.finalizers", detail));
    }
  }
  return errors;
}

export function immutable(field: string, next: unknown, old: unknown): readonly FieldError[] {
  return sameJson(next, old) ? [] : [invalidValue(field, next, "field is immutable")];
}
