import {
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  type FieldError,
} from "../api/field-error.js";
import { sameJson } from "../json.js";
import type { Pod, PodSpec, Toleration } from "../objects.js";
import { containersErrors } from "./container.js";
import { labelErrors, nonNegativeErrors } from "./names.js";

export function podErrors(pod: Pod): readonly FieldError[] {
  return podSpecErrors("spec", pod.spec);
}

export function podSpecErrors(field: string, spec: PodSpec): readonly FieldError[] {
  const names = new Set<string>();
  const errors = [
    ...(spec.containers.length === 0 ? [required(`${field}.containers`)] : []),
    ...containersErrors(`${field}.initContainers`, spec.initContainers ?? [], names),
    ...containersErrors(`${field}.containers`, spec.containers, names),
    ...nonNegativeErrors(
      `${field}.terminationGracePeriodSeconds`,
      spec.terminationGracePeriodSeconds,
    ),
    ...labelErrors(`${field}.nodeSelector`, spec.nodeSelector),
    ...(spec.tolerations ?? []).flatMap((toleration, index) =>
      tolerationErrors(`${field}.tolerations[${index}]`, toleration),
    ),
    ...spreadErrors(`${field}.topologySpreadConstraints`, spec),
  ];
  const policies = ["Always", "OnFailure", "Never"];
  if (spec.restartPolicy !== undefined && !policies.includes(spec.restartPolicy)) {
    errors.push(notSupported(`${field}.restartPolicy`, spec.restartPolicy, policies));
  }
  return errors;
}

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function tolerationErrors(field: string, toleration: Toleration): readonly FieldError[] {
  const errors: FieldError[] = [];
  const operator = toleration.operator ?? "Equal";
  if (!["Equal", "Exists"].includes(operator)) {
    errors.push(notSupported(`${field}.operator`, operator, ["Equal", "Exists"]));
  }
  if ((toleration.key ?? "") === "" && operator !== "Exists") {
    const detail =
      'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalidValue(`${field}.operator`, operator, detail));
  }
  if (operator === "Exists" && (toleration.value ?? "") !== "") {
    const detail = "value must be empty when `operator` is 'Exists'";
    errors.push(invalidValue(`${field}.operator`, toleration.value, detail));
  }
  const effect = toleration.effect ?? "";
  if (effect !== "" && !EFFECTS.includes(effect)) {
    errors.push(notSupported(`${field}.effect`, effect, EFFECTS));
  }
  return errors;
}

function spreadErrors(field: string, spec: PodSpec): readonly FieldError[] {
  return (spec.topologySpreadConstraints ?? []).flatMap((constraint, index) => {
    const errors: FieldError[] = [];
    const at = `${field}[${index}]`;
    if (!(constraint.maxSkew > 0)) {
      errors.push(invalidValue(`${at}.maxSkew`, constraint.maxSkew, "must be greater than zero"));
    }
    if ((constraint.topologyKey ?? "") === "") {
      errors.push(required(`${at}.topologyKey`, "can not be empty"));
    }
    const known = ["DoNotSchedule", "ScheduleAnyway"];
    if (!known.includes(constraint.whenUnsatisfiable)) {
      errors.push(notSupported(`${at}.whenUnsatisfiable`, constraint.whenUnsatisfiable, known));
    }
    return errors;
  });
}

const UPDATE_REFUSED =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** `ValidatePodUpdate`: a Pod's spec stands still but for a few fields. */
export function podUpdateErrors(next: Pod, old: Pod): readonly FieldError[] {
  const kept = (old.spec.tolerations ?? []).every((toleration) =>
    (next.spec.tolerations ?? []).some((other) => sameJson(toleration, other)),
  );
  return kept && sameJson(withoutMutable(next.spec), withoutMutable(old.spec))
    ? []
    : [forbiddenField("spec", UPDATE_REFUSED)];
}

function withoutMutable(spec: PodSpec): unknown {
  const withoutImage = (container: { readonly name: string }) => ({ ...container, image: "" });
  return {
    ...spec,
    containers: spec.containers.map(withoutImage),
    initContainers: spec.initContainers?.map(withoutImage),
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
  };
}
