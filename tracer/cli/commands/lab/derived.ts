import { fault, type Checked } from "../../../../engine/errors.js";
import { parseSelector, requirementHolds } from "../../../../engine/control-plane/api/selector.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import { derivedNamed } from "../../../../engine/control-plane/derived/resources.js";
import type {
  DerivedResource,
  DerivedRow,
} from "../../../../engine/control-plane/derived/types.js";
import type { Selection } from "./targets.js";

/** What a command asks for of what is made from other objects, such as `events`. */
export interface DerivedTarget {
  readonly resource: DerivedResource;
  readonly name: string | undefined;
}

/** Takes them out of the words `events`, `svc,ep web`, `ep/web svc/web`. */
export function splitDerived(words: readonly string[]): {
  readonly derived: readonly DerivedTarget[];
  readonly others: readonly string[];
} {
  const derived: DerivedTarget[] = [];
  if (words.some((word) => word.includes("/"))) {
    const others = words.filter((word) => {
      const [kind = "", name] = word.split("/", 2);
      const resource = derivedNamed(kind);
      if (resource !== undefined) derived.push({ resource, name });
      return resource === undefined;
    });
    return { derived, others };
  }
  const [first = "", ...names] = words;
  const kinds = first.split(",").filter((kind) => {
    const resource = derivedNamed(kind);
    if (resource === undefined) return true;
    if (names.length === 0) derived.push({ resource, name: undefined });
    for (const name of names) derived.push({ resource, name });
    return false;
  });
  return { derived, others: kinds.length === 0 ? [] : [kinds.join(","), ...names] };
}

export function selectDerived(
  cluster: Cluster,
  resource: DerivedResource,
  name: string | undefined,
  { namespace, allNamespaces, selector }: Selection,
): Checked<readonly DerivedRow[]> {
  const requirements = parseSelector(selector ?? "");
  if (requirements === undefined) {
    const message = `error: unable to parse requirement: "${selector ?? ""}"`;
    return { value: [], faults: [fault("bad-selector", message, {})] };
  }
  const value = resource
    .rows(cluster.api, cluster.now)
    .filter(({ object: { metadata } }) => {
      const here = allNamespaces === true || metadata.namespace === namespace;
      return here && (name === undefined || metadata.name === name);
    })
    .filter(({ object }) =>
      requirements.every((one) => requirementHolds(one, object.metadata.labels ?? {})),
    );
  if (name === undefined || value.length > 0) return { value, faults: [] };
  const message = `Error from server (NotFound): ${resource.plural} "${name}" not found`;
  return { value, faults: [fault("not-found", message, {})] };
}
