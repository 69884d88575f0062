/** One thing wrong with one field, in the API server's words (`field.Error`). */
export interface FieldError {
  readonly type: "Required" | "Invalid" | "NotSupported" | "Duplicate" | "Forbidden" | "TooLong";
  /** As in `spec.ports[0].nodePort`. */
  readonly field: string;
  /** Without the field, as in `Invalid value: 0: must be between 1 and 65535, inclusive`. */
  readonly message: string;
}

export function required(field: string, detail = ""): FieldError {
  return { type: "Required", field, message: withDetail("Required value", detail) };
}

export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  const message = withDetail(`Invalid value: ${goValue(value)}`, detail);
  return { type: "Invalid", field, message };
}

export function notSupported(
  field: string,
  value: unknown,
  supported: readonly string[],
): FieldError {
  const list = supported.map((item) => JSON.stringify(item)).join(", ");
  const message = `Unsupported value: ${goValue(value)}: supported values: ${list}`;
  return { type: "NotSupported", field, message };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { type: "Duplicate", field, message: `Duplicate value: ${goValue(value)}` };
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { type: "Forbidden", field, message: withDetail("Forbidden", detail) };
}

function withDetail(text: string, detail: string): string {
  return detail === "" ? text : `${text}: ${detail}`;
}

/** As Go's `%#v` shows what the API server's messages quote: plain values, lists and maps of text. */
function goValue(value: unknown): string {
  if (value === undefined) return "null";
  if (Array.isArray(value)) return `[]string{${value.map(goValue).join(", ")}}`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if ("matchLabels" in value || "matchExpressions" in value) return goSelector(value);
  const fields = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${goValue(item)}`);
  return `map[string]string{${fields.join(", ")}}`;
}

function goSelector(value: { matchLabels?: unknown; matchExpressions?: unknown }): string {
  const labels =
    value.matchLabels === undefined ? "map[string]string(nil)" : goValue(value.matchLabels);
  const expressions =
    value.matchExpressions === undefined
      ? "[]v1.LabelSelectorRequirement(nil)"
      : `[]v1.LabelSelectorRequirement${JSON.stringify(value.matchExpressions)}`;
  return `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:${expressions}}`;
}
