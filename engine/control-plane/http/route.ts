import { ALL_RESOURCES, type Resource } from "../api/resources.js";

/** What a path of the API means. */
export interface ResourcePath {
  readonly resource: Resource;
  /** `undefined`: all namespaces, or a kind that lives in none. */
  readonly namespace: string | undefined;
  /** `undefined`: the collection. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Reads `/api/v1/namespaces/default/pods/web-1/status` and its like. */
export function readPath(path: string): ResourcePath | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const core = parts[0] === "api" && parts[1] === "v1";
  const grouped = parts[0] === "apis" && parts[2] === "v1";
  if (!core && !grouped) return undefined;
  const group = core ? "" : (parts[1] ?? "");
  const rest = parts.slice(core ? 2 : 3);
  const inNamespace = rest[0] === "namespaces" && rest.length > 2 && !isNamespacePart(rest[2]);
  const [plural, name, subresource, ...more] = inNamespace ? rest.slice(2) : rest;
  const resource = ALL_RESOURCES.find((one) => one.plural === plural && one.group === group);
  if (resource === undefined || more.length > 0) return undefined;
  if (inNamespace !== resource.namespaced && (inNamespace || name !== undefined)) return undefined;
  return { resource, namespace: inNamespace ? rest[1] : undefined, name, subresource };
}

/** `namespaces/x/status` and `/finalize` are parts of the namespace itself. */
function isNamespacePart(word: string | undefined): boolean {
  return word === "status" || word === "finalize";
}
