import { fault, type Checked, type Fault } from "../../errors.js";
import { readName } from "../../kubernetes/metadata.js";
import { Fields, Findings, formatPath, isMapping } from "../../kubernetes/shape.js";
import type { ObjectKind } from "../../kubernetes/types.js";

/** Names an object that is gone. */
export interface ObjectReference {
  readonly kind: ObjectKind;
  /** `namespace/name`, or the name of a Node. */
  readonly key: string;
}

const KINDS: readonly ObjectKind[] = ["Service", "EndpointSlice", "Endpoints", "Node", "Pod"];

/** Reads kind, namespace and name; `undefined` for other kinds, and where they are missing. */
export function readReference(raw: unknown): Checked<ObjectReference | undefined> {
  if (!isMapping(raw)) {
    const message = "this is not a Kubernetes object";
    return { value: undefined, faults: [fault("not-an-object", message, {})] };
  }
  const found = new Findings();
  const object = new Fields(raw, found);
  const kind = KINDS.find((known) => known === raw["kind"]);
  const identity = readName(object);
  if (raw["kind"] === undefined) object.error("kind-missing", "the object has no kind");
  const faults: readonly Fault[] = found.list.map(({ code, message, path }) =>
    fault(code, message, { field: formatPath(path) }),
  );
  if (kind === undefined || identity === undefined) return { value: undefined, faults };
  const { namespace, name } = identity;
  return { value: { kind, key: kind === "Node" ? name : `${namespace}/${name}` }, faults };
}
