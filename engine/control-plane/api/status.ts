import type { FieldError } from "./field-error.js";
import { groupKind, groupResource, type Resource } from "./resources.js";

/** `meta/v1 Status`: how the API server tells of failure (and of a finished deletion). */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: "Success" | "Failure";
  readonly message: string;
  readonly reason: StatusReason;
  readonly details: StatusDetails;
  /** HTTP status code. */
  readonly code: number;
}

export type StatusReason =
  | "BadRequest"
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Invalid"
  | "Forbidden"
  | "Expired"
  | "MethodNotAllowed"
  | "UnsupportedMediaType"
  | "InternalError";

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly StatusCause[];
}

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export type ApiResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: Status };

const CODES: Readonly<Record<StatusReason, number>> = {
  BadRequest: 400,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  UnsupportedMediaType: 415,
  Invalid: 422,
  InternalError: 500,
};

export function ok<T>(value: T): ApiResult<T> {
  return { ok: true, value };
}

export function failure(
  reason: StatusReason,
  message: string,
  details: StatusDetails = {},
): { readonly ok: false; readonly status: Status } {
  const status: Status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    details,
    code: CODES[reason],
  };
  return { ok: false, status };
}

function detailsOf(resource: Resource, name: string): StatusDetails {
  const group = resource.group === "" ? {} : { group: resource.group };
  return { name, ...group, kind: resource.plural };
}

export function notFound(resource: Resource, name: string) {
  const message = `${groupResource(resource)} "${name}" not found`;
  return failure("NotFound", message, detailsOf(resource, name));
}

export function alreadyExists(resource: Resource, name: string) {
  const message = `${groupResource(resource)} "${name}" already exists`;
  return failure("AlreadyExists", message, detailsOf(resource, name));
}

export function conflict(resource: Resource, name: string, why: string) {
  const message = `Operation cannot be fulfilled on ${groupResource(resource)} "${name}": ${why}`;
  return failure("Conflict", message, detailsOf(resource, name));
}

export function forbidden(resource: Resource, name: string, why: string) {
  const message = `${groupResource(resource)} "${name}" is forbidden: ${why}`;
  return failure("Forbidden", message, detailsOf(resource, name));
}

export function invalid(resource: Resource, name: string, errors: readonly FieldError[]) {
  const lines = errors.map((error) => `${error.field}: ${error.message}`);
  const list = lines.length === 1 ? lines.join("") : `[${lines.join(", ")}]`;
  const causes = errors.map((error) => ({
    reason: `FieldValue${error.type}`,
    message: error.message,
    field: error.field,
  }));
  return failure("Invalid", `${groupKind(resource)} "${name}" is invalid: ${list}`, {
    ...detailsOf(resource, name),
    kind: resource.kind,
    causes,
  });
}

export const MODIFIED =
  "the object has been modified; please apply your changes to the latest version and try again";
