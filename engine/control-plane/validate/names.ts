import { invalidValue, required, type FieldError } from "../api/field-error.js";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${QUALIFIED})?`;

interface NameRule {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly refusal: string;
}

/** `validation.IsDNS1123Label`. */
export const DNS_LABEL: NameRule = {
  pattern: new RegExp(`^${LABEL}$`),
  longest: 63,
  refusal: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`,
};

/** `validation.IsDNS1123Subdomain`. */
export const DNS_SUBDOMAIN: NameRule = {
  pattern: new RegExp(`^${SUBDOMAIN}$`),
  longest: 253,
  refusal: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
};

/** `validation.IsDNS1035Label`: Service names must begin with a letter. */
export const DNS_1035_LABEL: NameRule = {
  pattern: new RegExp(`^${LABEL_1035}$`),
  longest: 63,
  refusal: `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${LABEL_1035}')`,
};

const QUALIFIED_NAME: NameRule = {
  pattern: new RegExp(`^${QUALIFIED}$`),
  longest: 63,
  refusal: `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`,
};

const LABEL_VALUES: NameRule = {
  pattern: new RegExp(`^${LABEL_VALUE}$`),
  longest: 63,
  refusal: `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${LABEL_VALUE}')`,
};

export function nameErrors(field: string, name: string, rule: NameRule): readonly FieldError[] {
  if (name === "") return [required(field)];
  return ruleErrors(field, name, name, rule);
}

function ruleErrors(
  field: string,
  shown: string,
  name: string,
  rule: NameRule,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (name.length > rule.longest) {
    errors.push(invalidValue(field, shown, `must be no more than ${rule.longest} characters`));
  }
  if (!rule.pattern.test(name)) errors.push(invalidValue(field, shown, rule.refusal));
  return errors;
}

/** `validation.IsQualifiedName`: `name` or `prefix/name`. */
export function qualifiedNameErrors(field: string, key: string): readonly FieldError[] {
  const slash = key.indexOf("/");
  const name = key.slice(slash + 1);
  const prefix = slash < 0 ? [] : ruleErrors(field, key, key.slice(0, slash), DNS_SUBDOMAIN);
  if (name === "") return [...prefix, invalidValue(field, key, "name part must be non-empty")];
  return [...prefix, ...ruleErrors(field, key, name, QUALIFIED_NAME)];
}

export function labelErrors(
  field: string,
  labels: Readonly<Record<string, string>> | undefined,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.push(...qualifiedNameErrors(field, key));
    errors.push(...ruleErrors(field, value, value, LABEL_VALUES));
  }
  return errors;
}

/** `validation.IsValidPortName`: 1 to 15 of lower case letters, digits and single inner hyphens. */
export function portNameErrors(field: string, name: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (name.length > 15) {
    errors.push(invalidValue(field, name, "must be no more than 15 characters"));
  }
  if (!/^[-a-z0-9]+$/.test(name)) {
    const detail = "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
    errors.push(invalidValue(field, name, detail));
  }
  if (!/[a-z]/.test(name)) {
    errors.push(invalidValue(field, name, "must contain at least one letter (a-z)"));
  }
  if (name.includes("--")) {
    errors.push(invalidValue(field, name, "must not contain consecutive hyphens"));
  }
  if (name.startsWith("-") || name.endsWith("-")) {
    errors.push(invalidValue(field, name, "must not begin or end with a hyphen"));
  }
  return errors;
}

export function portNumberErrors(field: string, port: number): readonly FieldError[] {
  return port >= 1 && port <= 65535
    ? []
    : [invalidValue(field, port, "must be between 1 and 65535, inclusive")];
}

export function nonNegativeErrors(field: string, value: number | undefined): readonly FieldError[] {
  return value === undefined || value >= 0
    ? []
    : [invalidValue(field, value, "must be greater than or equal to 0")];
}
