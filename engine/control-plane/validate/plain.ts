import { parseAddress } from "../../net/ip.js";
import { parsePrefix } from "../../net/prefix.js";
import {
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  type FieldError,
} from "../api/field-error.js";
import { sameJson } from "../json.js";
import type { ConfigMap, EndpointSlice, Node, Secret } from "../objects.js";
import { portNumberErrors } from "./names.js";

/** The limits of `discovery.k8s.io`'s validation. */
const MAX_ENDPOINTS = 1000;

export function endpointSliceErrors(slice: EndpointSlice): readonly FieldError[] {
  const types = ["FQDN", "IPv4", "IPv6"];
  const endpoints = slice.endpoints ?? [];
  const errors: FieldError[] = [];
  if ((slice.addressType ?? "") === "") errors.push(required("addressType"));
  else if (!types.includes(slice.addressType)) {
    errors.push(notSupported("addressType", slice.addressType, types));
  }
  if (endpoints.length > MAX_ENDPOINTS) {
    const message = `Too many: ${endpoints.length}: must have at most ${MAX_ENDPOINTS} items`;
    errors.push({ type: "TooLong", field: "endpoints", message });
  }
  for (const [index, endpoint] of endpoints.entries()) {
    const at = `endpoints[${index}].addresses`;
    if (endpoint.addresses.length === 0)
      errors.push(required(at, "must contain at least 1 address"));
    for (const [number, address] of endpoint.addresses.entries()) {
      if (slice.addressType === "FQDN" || parseAddress(address) !== undefined) continue;
      const detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
      errors.push(invalidValue(`${at}[${number}]`, address, detail));
    }
  }
  for (const [index, port] of (slice.ports ?? []).entries()) {
    if (port.port !== undefined)
      errors.push(...portNumberErrors(`ports[${index}].port`, port.port));
  }
  return errors;
}

export function endpointSliceUpdateErrors(
  next: EndpointSlice,
  old: EndpointSlice,
): readonly FieldError[] {
  return next.addressType === old.addressType
    ? []
    : [invalidValue("addressType", next.addressType, "field is immutable")];
}

export function nodeErrors(node: Node): readonly FieldError[] {
  const cidr = node.spec.podCIDR;
  if (cidr === undefined || (cidr.includes("/") && parsePrefix(cidr) !== undefined)) return [];
  const detail = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
  return [invalidValue("spec.podCIDRs[0]", cidr, detail)];
}

export function nodeUpdateErrors(next: Node, old: Node): readonly FieldError[] {
  const before = old.spec.podCIDR ?? "";
  return before === "" || before === next.spec.podCIDR
    ? []
    : [
        forbiddenField(
          "spec.podCIDRs",
          'node updates may not change podCIDR except from "" to valid',
        ),
      ];
}

export function immutableDataErrors(
  next: ConfigMap | Secret,
  old: ConfigMap | Secret,
): readonly FieldError[] {
  if (old.immutable !== true) return [];
  const errors: FieldError[] = [];
  if (next.immutable !== true) {
    errors.push(forbiddenField("immutable", "field is immutable when `immutable` is set"));
  }
  if (!sameJson(next.data, old.data)) {
    errors.push(forbiddenField("data", "field is immutable when `immutable` is set"));
  }
  return errors;
}
