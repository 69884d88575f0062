import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  type FieldError,
} from "../api/field-error.js";
import { parseAddress } from "../../net/ip.js";
import { parsePrefix } from "../../net/prefix.js";
import type { Service, ServicePort, ServiceSpec } from "../objects.js";
import { PROTOCOLS } from "./container.js";
import { DNS_LABEL, labelErrors, nameErrors, portNameErrors, portNumberErrors } from "./names.js";

export const SERVICE_TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const POLICIES = ["Cluster", "Local"];

export function serviceErrors(service: Service): readonly FieldError[] {
  const { spec } = service;
  return [
    ...oneOf("spec.type", spec.type, SERVICE_TYPES),
    ...portsErrors(spec),
    ...labelErrors("spec.selector", spec.selector),
    ...affinityErrors(spec),
    ...clusterIpErrors(spec),
    ...addressErrors(spec),
    ...policyErrors(spec),
    ...externalNameErrors(spec),
  ];
}

function oneOf(
  field: string,
  value: string | undefined,
  known: readonly string[],
): readonly FieldError[] {
  return value === undefined || known.includes(value) ? [] : [notSupported(field, value, known)];
}

export function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIP === "None";
}

function portsErrors(spec: ServiceSpec): readonly FieldError[] {
  const ports = spec.ports ?? [];
  if (ports.length === 0) {
    return isHeadless(spec) || spec.type === "ExternalName" ? [] : [required("spec.ports")];
  }
  const names = new Set<string>();
  const numbers = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    errors.push(...portErrors(at, port, spec));
    if ((port.name ?? "") === "") {
      if (ports.length > 1) errors.push(required(`${at}.name`));
    } else {
      errors.push(...nameErrors(`${at}.name`, port.name ?? "", DNS_LABEL));
      if (names.has(port.name ?? "")) errors.push(duplicate(`${at}.name`, port.name));
      names.add(port.name ?? "");
    }
    const number = `${port.protocol}/${port.port}`;
    if (numbers.has(number)) {
      const message = `Duplicate value: core.ServicePort{Name:"", Protocol:"${port.protocol}", AppProtocol:(*string)(nil), Port:${port.port}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`;
      errors.push({ type: "Duplicate", field: at, message });
    }
    numbers.add(number);
  }
  return errors;
}

function portErrors(at: string, port: ServicePort, spec: ServiceSpec): readonly FieldError[] {
  const errors = [...portNumberErrors(`${at}.port`, port.port)];
  errors.push(...oneOf(`${at}.protocol`, port.protocol, PROTOCOLS.toSorted()));
  if (typeof port.targetPort === "number") {
    errors.push(...portNumberErrors(`${at}.targetPort`, port.targetPort));
  } else if (port.targetPort !== undefined) {
    errors.push(...portNameErrors(`${at}.targetPort`, port.targetPort));
  }
  if (port.nodePort !== undefined && port.nodePort !== 0 && !takesNodePorts(spec)) {
    const detail = `may not be used when \`type\` is '${spec.type}'`;
    errors.push(forbiddenField(`${at}.nodePort`, detail));
  }
  return errors;
}

export function takesNodePorts(spec: ServiceSpec): boolean {
  return spec.type === "NodePort" || spec.type === "LoadBalancer";
}

function affinityErrors(spec: ServiceSpec): readonly FieldError[] {
  const errors = [...oneOf("spec.sessionAffinity", spec.sessionAffinity, ["ClientIP", "None"])];
  const timeout = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (timeout !== undefined && (timeout <= 0 || timeout > 86400)) {
    const detail = "must be greater than 0 and less than or equal to 86400";
    errors.push(
      invalidValue("spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeout, detail),
    );
  }
  if (spec.sessionAffinity === "None" && spec.sessionAffinityConfig !== undefined) {
    const detail = "must not be set when session affinity is None";
    errors.push(forbiddenField("spec.sessionAffinityConfig", detail));
  }
  return errors;
}

const NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

function clusterIpErrors(spec: ServiceSpec): readonly FieldError[] {
  const ips = spec.clusterIPs ?? [];
  const errors: FieldError[] = [];
  if (spec.type === "ExternalName") {
    if (ips.length > 0) {
      errors.push(forbiddenField("spec.clusterIPs", "may not be set for ExternalName services"));
    }
    return errors;
  }
  if (isHeadless(spec) && spec.type !== "ClusterIP") {
    const detail = `may not be set to 'None' for ${spec.type} services`;
    errors.push(invalidValue("spec.clusterIPs[0]", "None", detail));
  }
  for (const [index, ip] of ips.entries()) {
    if (ip === "None" && ips.length === 1) continue;
    if (parseAddress(ip) === undefined) {
      errors.push(invalidValue(`spec.clusterIPs[${index}]`, ip, NOT_AN_ADDRESS));
    }
  }
  if (ips.length > 0 && spec.clusterIP !== ips[0]) {
    const detail = "first value of `clusterIPs` must match `clusterIP`";
    errors.push(invalidValue("spec.clusterIPs", ips, detail));
  }
  return errors;
}

function addressErrors(spec: ServiceSpec): readonly FieldError[] {
  const externals = (spec.externalIPs ?? []).flatMap((ip, index) =>
    parseAddress(ip) === undefined
      ? [invalidValue(`spec.externalIPs[${index}]`, ip, NOT_AN_ADDRESS)]
      : [],
  );
  const ranges = (spec.loadBalancerSourceRanges ?? []).flatMap((range, index) =>
    range.includes("/") && parsePrefix(range.trim()) !== undefined
      ? []
      : [
          invalidValue(
            `spec.loadBalancerSourceRanges[${index}]`,
            range,
            "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
          ),
        ],
  );
  if (spec.loadBalancerSourceRanges !== undefined && spec.type !== "LoadBalancer") {
    const detail = "may only be used when `type` is 'LoadBalancer'";
    return [...externals, ...ranges, forbiddenField("spec.loadBalancerSourceRanges", detail)];
  }
  return [...externals, ...ranges];
}

/** `service.ExternallyAccessible`. */
function isExternallyAccessible(spec: ServiceSpec): boolean {
  return takesNodePorts(spec) || (spec.type === "ClusterIP" && (spec.externalIPs ?? []).length > 0);
}

function policyErrors(spec: ServiceSpec): readonly FieldError[] {
  const external = spec.externalTrafficPolicy;
  const errors = [...oneOf("spec.internalTrafficPolicy", spec.internalTrafficPolicy, POLICIES)];
  if (external !== undefined && !isExternallyAccessible(spec)) {
    const detail = "may only be set for externally-accessible services";
    errors.push(invalidValue("spec.externalTrafficPolicy", external, detail));
  } else {
    errors.push(...oneOf("spec.externalTrafficPolicy", external, POLICIES));
  }
  return errors;
}

function externalNameErrors(spec: ServiceSpec): readonly FieldError[] {
  return spec.type === "ExternalName" && (spec.externalName ?? "") === ""
    ? [required("spec.externalName")]
    : [];
}

/** A cluster IP stays while the type keeps one (`validateServiceClusterIPsRelatedFields`). */
export function serviceUpdateErrors(next: Service, old: Service): readonly FieldError[] {
  const before = old.spec.clusterIPs?.[0] ?? "";
  const after = next.spec.clusterIPs?.[0] ?? "";
  const kept = old.spec.type === "ExternalName" || next.spec.type === "ExternalName";
  if (kept || before === "" || before === after) return [];
  return [invalidValue("spec.clusterIPs[0]", [after], "may not change once set")];
}
