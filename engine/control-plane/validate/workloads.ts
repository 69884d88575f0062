import { invalidValue, notSupported, required, type FieldError } from "../api/field-error.js";
import { matchesSelector, type LabelSelector } from "../api/selector.js";
import type { Deployment, DeploymentSpec, PodTemplate, ReplicaSet } from "../objects.js";
import { immutable } from "./metadata.js";
import { labelErrors, nonNegativeErrors } from "./names.js";
import { podSpecErrors } from "./pod.js";

export function deploymentErrors(deployment: Deployment): readonly FieldError[] {
  const { spec } = deployment;
  const errors = [
    ...nonNegativeErrors("spec.replicas", spec.replicas),
    ...nonNegativeErrors("spec.minReadySeconds", spec.minReadySeconds),
    ...nonNegativeErrors("spec.revisionHistoryLimit", spec.revisionHistoryLimit),
    ...nonNegativeErrors("spec.progressDeadlineSeconds", spec.progressDeadlineSeconds),
    ...selectorErrors(spec.selector, spec.template),
    ...templateErrors(spec.template),
    ...strategyErrors(spec),
  ];
  const deadline = spec.progressDeadlineSeconds;
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    const detail = "must be greater than minReadySeconds";
    errors.push(invalidValue("spec.progressDeadlineSeconds", deadline, detail));
  }
  return errors;
}

export function replicaSetErrors(replicaSet: ReplicaSet): readonly FieldError[] {
  const { spec } = replicaSet;
  const template = spec.template ?? {};
  return [
    ...nonNegativeErrors("spec.replicas", spec.replicas),
    ...nonNegativeErrors("spec.minReadySeconds", spec.minReadySeconds),
    ...selectorErrors(spec.selector, template),
    ...templateErrors(template),
  ];
}

const OPERATORS = new Set(["In", "NotIn", "Exists", "DoesNotExist"]);

function selectorErrors(selector: LabelSelector, template: PodTemplate): readonly FieldError[] {
  const labels = selector.matchLabels ?? {};
  const expressions = selector.matchExpressions ?? [];
  if (Object.keys(labels).length === 0 && expressions.length === 0) {
    return [required("spec.selector")];
  }
  const errors = [...labelErrors("spec.selector.matchLabels", labels)];
  for (const [index, expression] of expressions.entries()) {
    const at = `spec.selector.matchExpressions[${index}]`;
    const needsValues = ["In", "NotIn"].includes(expression.operator);
    if (!OPERATORS.has(expression.operator)) {
      const detail = "not a valid selector operator";
      errors.push(invalidValue(`${at}.operator`, expression.operator, detail));
    } else if (needsValues && (expression.values ?? []).length === 0) {
      const detail = "must be specified when `operator` is 'In' or 'NotIn'";
      errors.push(required(`${at}.values`, detail));
    }
  }
  if (!matchesSelector(selector, template.metadata?.labels)) {
    const detail = "`selector` does not match template `labels`";
    errors.push(invalidValue("spec.template.metadata.labels", template.metadata?.labels, detail));
  }
  return errors;
}

function templateErrors(template: PodTemplate): readonly FieldError[] {
  const { spec } = template;
  const errors = [
    ...labelErrors("spec.template.metadata.labels", template.metadata?.labels),
    ...podSpecErrors("spec.template.spec", spec ?? { containers: [] }),
  ];
  const policy = spec?.restartPolicy ?? "Always";
  if (policy !== "Always") {
    errors.push(notSupported("spec.template.spec.restartPolicy", policy, ["Always"]));
  }
  return errors;
}

function strategyErrors(spec: DeploymentSpec): readonly FieldError[] {
  const { strategy } = spec;
  const field = "spec.strategy";
  if (strategy?.type === "Recreate") {
    return strategy.rollingUpdate === undefined
      ? []
      : [
          {
            type: "Forbidden",
            field: `${field}.rollingUpdate`,
            message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
          },
        ];
  }
  if (strategy?.type !== undefined && strategy.type !== "RollingUpdate") {
    return [notSupported(`${field}.type`, strategy.type, ["Recreate", "RollingUpdate"])];
  }
  const rolling = strategy?.rollingUpdate ?? {};
  const errors = [
    ...shareErrors(`${field}.rollingUpdate.maxUnavailable`, rolling.maxUnavailable),
    ...shareErrors(`${field}.rollingUpdate.maxSurge`, rolling.maxSurge),
  ];
  if (isZero(rolling.maxUnavailable) && isZero(rolling.maxSurge)) {
    const detail = "may not be 0 when `maxSurge` is 0";
    errors.push(
      invalidValue(`${field}.rollingUpdate.maxUnavailable`, rolling.maxUnavailable, detail),
    );
  }
  return errors;
}

function isZero(share: number | string | undefined): boolean {
  return share === 0 || share === "0%";
}

const PERCENT = /^\d+%$/;

function shareErrors(field: string, share: number | string | undefined): readonly FieldError[] {
  if (typeof share !== "string") return nonNegativeErrors(field, share);
  const detail =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  return PERCENT.test(share) ? [] : [invalidValue(field, share, detail)];
}

export function selectorUpdateErrors(
  next: Deployment | ReplicaSet,
  old: Deployment | ReplicaSet,
): readonly FieldError[] {
  return immutable("spec.selector", next.spec.selector, old.spec.selector);
}
