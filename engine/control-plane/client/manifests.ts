import { LineCounter, parseAllDocuments } from "yaml";
import { fault, type Fault } from "../../errors.js";
import { resourceOfKind, type Resource } from "../api/resources.js";
import { isObject } from "../json.js";

/** One object of a manifest, before anybody has looked into it but for what it is. */
export interface Manifest {
  readonly resource: Resource;
  readonly name: string;
  /** `undefined`: the manifest names none. */
  readonly namespace: string | undefined;
  readonly object: Readonly<Record<string, unknown>>;
  readonly file: string;
}

export interface Manifests {
  readonly value: readonly Manifest[];
  readonly faults: readonly Fault[];
}

/** Reads the objects of a YAML or JSON text, lists opened; what is no known object is a fault. */
export function readManifests(text: string, file: string): Manifests {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, merge: true });
  const faults: Fault[] = [];
  const value: Manifest[] = [];
  for (const document of "empty" in documents ? [] : documents) {
    const [error] = document.errors;
    if (error !== undefined) {
      const at = lines.linePos(error.pos[0]);
      const message = `error: error parsing ${file}: ${error.message.split("\n", 1)[0] ?? ""}`;
      faults.push(fault("bad-yaml", message, { file, line: at.line, column: at.col }));
      continue;
    }
    const read: unknown = document.toJS({ maxAliasCount: 1000 });
    if (read === null || read === undefined) continue;
    readValue(read, file, value, faults);
  }
  if (value.length === 0 && faults.length === 0) {
    faults.push(fault("no-objects", `error: no objects passed to apply in ${file}`, { file }));
  }
  return { value, faults };
}

function readValue(read: unknown, file: string, value: Manifest[], faults: Fault[]): void {
  const refuse = (code: string, message: string): void => {
    faults.push(fault(code, message, { file }));
  };
  if (!isObject(read)) {
    refuse("not-an-object", `error: unable to decode "${file}": the document is no object`);
    return;
  }
  const { kind, apiVersion, items } = read;
  if (Array.isArray(items) && typeof kind === "string" && kind.endsWith("List")) {
    for (const item of items) readValue(item, file, value, faults);
    return;
  }
  if (typeof kind !== "string" || kind === "") {
    refuse("no-kind", `error: unable to decode "${file}": Object 'Kind' is missing`);
    return;
  }
  if (typeof apiVersion !== "string") {
    refuse(
      "no-api-version",
      `error: error validating "${file}": error validating data: apiVersion not set`,
    );
    return;
  }
  const metadata = isObject(read["metadata"]) ? read["metadata"] : {};
  const text = (field: string): string =>
    typeof metadata[field] === "string" ? metadata[field] : "";
  const resource = resourceOfKind(apiVersion, kind);
  if (resource === undefined) {
    const message = `error: resource mapping not found for name: "${text("name")}" namespace: "${text("namespace")}" from "${file}": no matches for kind "${kind}" in version "${apiVersion}"`;
    refuse("unknown-kind", message);
    return;
  }
  const namespace = text("namespace") === "" ? undefined : text("namespace");
  value.push({ resource, name: text("name"), namespace, object: read, file });
}
