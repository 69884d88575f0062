import { warning, type Checked, type Fault } from "../errors.js";
import { nameOf, type KubernetesObject, type KubernetesObjects, type ObjectKind } from "./types.js";

/** Objects by kind; of two with one kind and name the later counts, and the doubling is told. */
export function collect(objects: readonly KubernetesObject[]): Checked<KubernetesObjects> {
  const faults: Fault[] = [];
  const byKind: { [Kind in ObjectKind]: Map<string, Extract<KubernetesObject, { kind: Kind }>> } = {
    Service: new Map(),
    EndpointSlice: new Map(),
    Endpoints: new Map(),
    Node: new Map(),
    Pod: new Map(),
  };
  for (const object of objects) {
    const name = nameOf(object);
    if (keep(byKind, object, name)) {
      const at = { object: `${object.kind} ${name}` };
      faults.push(warning("object-given-twice", "given more than once; the last one counts", at));
    }
  }
  return {
    value: {
      services: [...byKind.Service.values()],
      endpointSlices: [...byKind.EndpointSlice.values()],
      endpoints: [...byKind.Endpoints.values()],
      nodes: [...byKind.Node.values()],
      pods: [...byKind.Pod.values()],
    },
    faults,
  };
}

type ByKind = {
  readonly [Kind in ObjectKind]: Map<string, Extract<KubernetesObject, { kind: Kind }>>;
};

/** Keeps the object; whether another of its kind and name was there. */
function keep(byKind: ByKind, object: KubernetesObject, name: string): boolean {
  let known: boolean;
  switch (object.kind) {
    case "Service":
      known = replace(byKind.Service, name, object);
      break;
    case "EndpointSlice":
      known = replace(byKind.EndpointSlice, name, object);
      break;
    case "Endpoints":
      known = replace(byKind.Endpoints, name, object);
      break;
    case "Node":
      known = replace(byKind.Node, name, object);
      break;
    case "Pod":
      known = replace(byKind.Pod, name, object);
      break;
  }
  return known;
}

function replace<T>(map: Map<string, T>, name: string, object: T): boolean {
  const known = map.has(name);
  map.set(name, object);
  return known;
}
