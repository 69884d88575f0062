import { fault, type Checked, type Fault } from "../../../../engine/errors.js";
import { parseSelector, requirementHolds } from "../../../../engine/control-plane/api/selector.js";
import {
  RESOURCES,
  groupResource,
  resourceNamed,
  type Resource,
} from "../../../../engine/control-plane/api/resources.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import type { AnyObject, Plural } from "../../../../engine/control-plane/objects.js";

/** Which objects a command is about, as kubectl's arguments say it. */
export interface Target {
  readonly resource: Resource;
  /** `undefined`: all of them. */
  readonly name: string | undefined;
}

const ALL: readonly Plural[] = ["pods", "services", "deployments", "replicasets"];

/** Reads `pods`, `po,svc`, `pod web-1 web-2`, `deploy/web pod/web-1`, `all`. */
export function readTargets(words: readonly string[]): Checked<readonly Target[]> {
  const value: Target[] = [];
  const faults: Fault[] = [];
  const [first = "", ...names] = words;
  if (words.some((word) => word.includes("/"))) {
    for (const word of words) {
      const [kind = "", name = ""] = word.split("/", 2);
      add(kind, name === "" ? undefined : name);
    }
    return { value, faults };
  }
  for (const kind of first.split(",")) {
    if (kind === "all")
      for (const plural of ALL) value.push({ resource: RESOURCES[plural], name: undefined });
    else if (names.length === 0) add(kind, undefined);
    else for (const name of names) add(kind, name);
  }
  return { value, faults };

  function add(kind: string, name: string | undefined): void {
    const resource = resourceNamed(kind);
    if (resource === undefined) faults.push(unknownType(kind));
    else value.push({ resource, name });
  }
}

function unknownType(kind: string): Fault {
  const message = `error: the server doesn't have a resource type "${kind}"`;
  return fault("unknown-resource-type", message, {});
}

export interface Selection {
  readonly namespace: string;
  readonly allNamespaces?: boolean | undefined;
  readonly selector?: string | undefined;
}

/** The objects that a target means; one that is named and not there is a fault. */
export function selectObjects<P extends Plural>(
  cluster: Cluster,
  plural: P,
  name: string | undefined,
  selection: Selection,
) {
  const resource = RESOURCES[plural];
  const { cache } = cluster.api;
  if (name !== undefined) {
    const found = cache.get(plural, resource.namespaced ? selection.namespace : "", name);
    if (found !== undefined) return { value: [found], faults: [] };
    const message = `Error from server (NotFound): ${groupResource(resource)} "${name}" not found`;
    return { value: [], faults: [fault("not-found", message, {})] };
  }
  const everywhere = selection.allNamespaces === true || !resource.namespaced;
  const listed = cache.list(plural, everywhere ? undefined : selection.namespace);
  if (selection.selector === undefined) return { value: listed, faults: [] };
  const requirements = parseSelector(selection.selector);
  if (requirements === undefined) {
    const message = `error: unable to parse requirement: "${selection.selector}"`;
    return { value: [], faults: [fault("bad-selector", message, {})] };
  }
  const value = listed.filter((object) =>
    requirements.every((requirement) =>
      requirementHolds(requirement, object.metadata.labels ?? {}),
    ),
  );
  return { value, faults: [] };
}

/** `deployment.apps/web`, as kubectl names what it has done something to. */
export function shownName(resource: Resource, object: AnyObject): string {
  const group = resource.group === "" ? "" : `.${resource.group}`;
  return `${resource.singular}${group}/${object.metadata.name}`;
}
