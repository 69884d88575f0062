import { familyName, familyOfIp, type FamilyName } from "../networks.js";
import type { Service, ServiceSpec } from "../objects.js";
import { familiesOf, type ClusterSettings } from "../settings.js";
import { isHeadless } from "../validate/service.js";
import { duplicate, invalidValue, notSupported, type FieldError } from "./field-error.js";

const POLICIES = ["PreferDualStack", "RequireDualStack", "SingleStack"];
const FAMILIES = ["IPv4", "IPv6"];
const SEVERAL = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";

/**
 * Decides of which families a Service is: those that it asks for, by name or by cluster IPs, else
 * what it has been, else the cluster's primary one; and the other one too where its policy wants
 * that and the cluster has it (`pkg/registry/core/service/storage/alloc.go: initIPFamilyFields`).
 */
export function withFamilies(
  spec: ServiceSpec,
  old: Service | undefined,
  settings: ClusterSettings,
  errors: FieldError[],
): ServiceSpec {
  if (spec.type === "ExternalName") {
    const { ipFamilies: _families, ipFamilyPolicy: _policy, ...rest } = spec;
    return rest;
  }
  const own = familiesOf(settings).map(familyName);
  const before = old === undefined || old.spec.type === "ExternalName" ? undefined : old.spec;
  const kept = before === undefined ? spec : keptFrom(spec, before);
  if (isHeadless(kept) && kept.selector === undefined) return withAnyFamily(kept, own);
  const asked = inferred(kept);
  const several = asked.length > 1 || (kept.clusterIPs ?? []).length > 1;
  const policy = kept.ipFamilyPolicy ?? (several ? "RequireDualStack" : "SingleStack");
  const families = asked.length > 0 ? asked : own.slice(0, 1);
  errors.push(...policyErrors(policy, asked, kept, own), ...familyErrors(families, kept, own));
  const [primary] = before?.ipFamilies ?? [];
  if (primary !== undefined && families[0] !== primary) {
    errors.push(invalidValue("spec.ipFamilies[0]", families[0], "may not change once set"));
  }
  const other = own.find((family) => family !== families[0]);
  const added = policy !== "SingleStack" && families.length === 1 && other !== undefined;
  return {
    ...kept,
    ipFamilyPolicy: policy,
    ipFamilies: added ? [...families, other] : families,
  };
}

/** What is left out stays; a Service that goes back to one family gives the second one up. */
function keptFrom(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const policy = spec.ipFamilyPolicy ?? old.ipFamilyPolicy;
  const families = spec.ipFamilies ?? old.ipFamilies;
  const shrinks = policy === "SingleStack" && (old.ipFamilies ?? []).length > 1;
  const limit = shrinks ? 1 : 2;
  return {
    ...spec,
    ...(policy === undefined ? {} : { ipFamilyPolicy: policy }),
    ...(families === undefined ? {} : { ipFamilies: families.slice(0, limit) }),
    ...(spec.clusterIPs === undefined ? {} : { clusterIPs: spec.clusterIPs.slice(0, limit) }),
  };
}

/** Without a selector nobody here makes its endpoints, so it may be of any family. */
function withAnyFamily(spec: ServiceSpec, own: readonly FamilyName[]): ServiceSpec {
  const [first = "IPv4"] = own;
  return {
    ipFamilyPolicy: "RequireDualStack",
    ipFamilies: first === "IPv4" ? ["IPv4", "IPv6"] : ["IPv6", "IPv4"],
    ...spec,
  };
}

/** Families that are asked for by name or, where names are missing, by addresses. */
function inferred(spec: ServiceSpec): readonly string[] {
  const named = spec.ipFamilies ?? [];
  const byIp = (spec.clusterIPs ?? []).slice(named.length).flatMap((ip) => {
    const family = familyOfIp(ip);
    return family === undefined ? [] : [familyName(family)];
  });
  return [...named, ...byIp];
}

function policyErrors(
  policy: string,
  asked: readonly string[],
  spec: ServiceSpec,
  own: readonly FamilyName[],
): readonly FieldError[] {
  const field = "spec.ipFamilyPolicy";
  if (!POLICIES.includes(policy)) return [notSupported(field, policy, POLICIES)];
  if (policy === "RequireDualStack" && own.length < 2) {
    const detail = "this cluster is not configured for dual-stack services";
    return [invalidValue(field, policy, detail)];
  }
  if (policy !== "SingleStack") return [];
  if (asked.length > 1)
    return [invalidValue(field, policy, `${SEVERAL} 'ipFamilies' are specified`)];
  return (spec.clusterIPs ?? []).length > 1
    ? [invalidValue(field, policy, `${SEVERAL} 'clusterIPs' are specified`)]
    : [];
}

function familyErrors(
  families: readonly string[],
  spec: ServiceSpec,
  own: readonly FamilyName[],
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, family] of families.entries()) {
    const field = `spec.ipFamilies[${index}]`;
    if (!FAMILIES.includes(family)) errors.push(notSupported(field, family, FAMILIES));
    else if (families.indexOf(family) < index) errors.push(duplicate(field, family));
    else if (!own.some((one) => one === family)) {
      errors.push(invalidValue(field, family, "not configured on this cluster"));
    }
    const ip = spec.clusterIPs?.[index] ?? "";
    const of = familyOfIp(ip);
    if (of !== undefined && familyName(of) !== family) {
      const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
      errors.push(invalidValue(`spec.clusterIPs[${index}]`, ip, detail));
    }
  }
  return errors;
}
