import {
  duplicate,
  invalidValue,
  notSupported,
  required,
  type FieldError,
} from "../api/field-error.js";
import type { Container, Probe } from "../objects.js";
import { QUANTITY_REFUSED, parseQuantity } from "../quantity.js";
import {
  DNS_LABEL,
  nameErrors,
  nonNegativeErrors,
  portNameErrors,
  portNumberErrors,
} from "./names.js";

export const PROTOCOLS = ["SCTP", "TCP", "UDP"];

/** All containers of one list; names must differ over the whole Pod, so `names` is shared. */
export function containersErrors(
  field: string,
  containers: readonly Container[],
  names: Set<string>,
): readonly FieldError[] {
  return containers.flatMap((container, index) => {
    const at = `${field}[${index}]`;
    const errors = [...containerErrors(at, container)];
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    return errors;
  });
}

function containerErrors(field: string, container: Container): readonly FieldError[] {
  return [
    ...nameErrors(`${field}.name`, container.name, DNS_LABEL),
    ...((container.image ?? "") === "" ? [required(`${field}.image`)] : []),
    ...imageErrors(`${field}.image`, container.image ?? ""),
    ...portErrors(`${field}.ports`, container),
    ...resourceErrors(`${field}.resources`, container),
    ...probeErrors(`${field}.livenessProbe`, container.livenessProbe, true),
    ...probeErrors(`${field}.readinessProbe`, container.readinessProbe, false),
    ...probeErrors(`${field}.startupProbe`, container.startupProbe, true),
    ...pullPolicyErrors(`${field}.imagePullPolicy`, container.imagePullPolicy),
  ];
}

function imageErrors(field: string, image: string): readonly FieldError[] {
  return image === image.trim()
    ? []
    : [invalidValue(field, image, "must not have leading or trailing whitespace")];
}

function pullPolicyErrors(field: string, policy: string | undefined): readonly FieldError[] {
  const known = ["Always", "IfNotPresent", "Never"];
  return policy === undefined || known.includes(policy) ? [] : [notSupported(field, policy, known)];
}

function portErrors(field: string, container: Container): readonly FieldError[] {
  const names = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, port] of (container.ports ?? []).entries()) {
    const at = `${field}[${index}]`;
    errors.push(...portNumberErrors(`${at}.containerPort`, port.containerPort));
    if (port.name !== undefined) {
      errors.push(...portNameErrors(`${at}.name`, port.name));
      if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    if (port.hostPort !== undefined) {
      errors.push(...portNumberErrors(`${at}.hostPort`, port.hostPort));
    }
    if (port.protocol !== undefined && !PROTOCOLS.includes(port.protocol)) {
      errors.push(notSupported(`${at}.protocol`, port.protocol, PROTOCOLS));
    }
  }
  return errors;
}

function resourceErrors(field: string, container: Container): readonly FieldError[] {
  const { limits = {}, requests = {} } = container.resources ?? {};
  const errors = [
    ...quantityErrors(`${field}.limits`, limits),
    ...quantityErrors(`${field}.requests`, requests),
  ];
  for (const [name, request] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit === undefined) continue;
    if ((parseQuantity(request) ?? 0) > (parseQuantity(limit) ?? 0)) {
      const detail = `must be less than or equal to ${name} limit of ${limit}`;
      errors.push(invalidValue(`${field}.requests`, request, detail));
    }
  }
  return errors;
}

function quantityErrors(
  field: string,
  quantities: Readonly<Record<string, string>>,
): readonly FieldError[] {
  return Object.entries(quantities).flatMap(([name, text]) => {
    const value = parseQuantity(text);
    if (value === undefined) return [invalidValue(`${field}[${name}]`, text, QUANTITY_REFUSED)];
    return value < 0
      ? [invalidValue(`${field}[${name}]`, text, "must be greater than or equal to 0")]
      : [];
  });
}

function probeErrors(
  field: string,
  probe: Probe | undefined,
  oneSuccess: boolean,
): readonly FieldError[] {
  if (probe === undefined) return [];
  const handlers = [probe.exec, probe.httpGet, probe.tcpSocket, probe.grpc];
  const given = handlers.filter((handler) => handler !== undefined).length;
  const errors = [
    ...nonNegativeErrors(`${field}.initialDelaySeconds`, probe.initialDelaySeconds),
    ...nonNegativeErrors(`${field}.periodSeconds`, probe.periodSeconds),
    ...nonNegativeErrors(`${field}.failureThreshold`, probe.failureThreshold),
  ];
  if (given === 0) errors.push(required(field, "must specify a handler type"));
  if (given > 1) {
    errors.push({
      type: "Forbidden",
      field,
      message: "Forbidden: may not specify more than 1 handler type",
    });
  }
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port;
  if (typeof port === "number") {
    const handler = probe.httpGet === undefined ? "tcpSocket" : "httpGet";
    errors.push(...portNumberErrors(`${field}.${handler}.port`, port));
  }
  if (oneSuccess && (probe.successThreshold ?? 1) !== 1) {
    errors.push(invalidValue(`${field}.successThreshold`, probe.successThreshold, "must be 1"));
  }
  return errors;
}
