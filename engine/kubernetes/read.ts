import type { Checked, Fault } from "../errors.js";
import { checkObject, describeObject, objectsIn, type RawObject } from "./check-object.js";
import { makePlaces, type ReadDocument, type ReadProgress, type ReadText } from "./document.js";
import { explainJson, looksLikeJson, readJson } from "./read-json.js";
import { readYaml } from "./read-yaml.js";
import { Findings, formatPath, type Finding, type PathStep } from "./shape.js";
import type { KubernetesObject, KubernetesObjects } from "./types.js";
import { collect } from "./collect.js";

/** A file's name and its text. */
export interface ObjectSource {
  readonly file: string;
  readonly text: string;
}

/** Beyond this, text that looks like JSON and is not is no longer tried as YAML's flow style. */
const LARGEST_FLOW_YAML = 1 << 20;

/**
 * Reads the objects of YAML or JSON texts: several documents a text, `List`s and `...List`s
 * opened. Service, EndpointSlice, Endpoints, Node and Pod objects are checked and kept; other kinds
 * are skipped with a note. Everything wrong is listed, with file, line, column, object and field,
 * and everything good is kept. Of two objects of one kind and name, the later counts. YAML takes
 * long, some two megabytes a second: `progress` is told how far it is.
 */
export function readObjects(
  sources: readonly ObjectSource[],
  progress?: ReadProgress,
): Checked<KubernetesObjects> {
  const objects: KubernetesObject[] = [];
  const faults: Fault[] = [];
  for (const source of sources) {
    const read = readSource(source, progress);
    objects.push(...read.value);
    faults.push(...read.faults);
  }
  const collected = collect(objects);
  return { value: collected.value, faults: [...faults, ...collected.faults] };
}

/** Checks objects that are parsed already, as a watch or a client library gives them. */
export function checkObjects(raws: readonly unknown[]): Checked<KubernetesObjects> {
  const read = checkRaw({ kind: "List", items: raws });
  const collected = collect(read.value);
  return { value: collected.value, faults: [...read.faults, ...collected.faults] };
}

/** Checks one parsed object, or the items of a parsed list. */
export function checkRaw(raw: unknown): Checked<readonly KubernetesObject[]> {
  const document: ReadDocument = { value: raw, locate: () => [] };
  return readDocuments({ file: "", text: "" }, [document]);
}

/** The objects of one text, in its order. */
export function readSource(
  source: ObjectSource,
  progress?: ReadProgress,
): Checked<readonly KubernetesObject[]> {
  const { file, text } = source;
  if (text.includes("\u0000")) {
    const message = `not a text file: character ${text.indexOf("\u0000") + 1} is zero`;
    return {
      value: [],
      faults: [{ code: "binary-file", severity: "error", message, at: { file } }],
    };
  }
  const { documents, faults } = readText(source, progress);
  const read = readDocuments(source, documents);
  const all = [...faults, ...read.faults];
  if (documents.length === 0 && faults.length === 0) {
    const message = "the file holds no Kubernetes object";
    all.push({ code: "empty-file", severity: "error", message, at: { file } });
  }
  return { value: read.value, faults: all };
}

export function readText({ file, text }: ObjectSource, progress?: ReadProgress): ReadText {
  if (!looksLikeJson(text)) return readYaml(file, text, progress);
  const json = readJson(text);
  if (json !== undefined) return json;
  if (text.length > LARGEST_FLOW_YAML || file.endsWith(".json")) return explainJson(file, text);
  const yaml = readYaml(file, text);
  return yaml.faults.length > 0 ? explainJson(file, text) : yaml;
}

interface Located {
  readonly finding: Finding;
  readonly object: string | undefined;
  readonly path: readonly PathStep[];
}

/** What was found in one document. */
interface Read {
  readonly document: ReadDocument;
  readonly located: Located[];
}

/** Objects of a kind that is not read. */
interface Skipped {
  readonly raw: RawObject;
  readonly read: Read;
  count: number;
}

function readDocuments(
  source: ObjectSource,
  documents: readonly ReadDocument[],
): Checked<readonly KubernetesObject[]> {
  const value: KubernetesObject[] = [];
  const skipped = new Map<string, Skipped>();
  const reads = documents.map((document) => {
    const read: Read = { document, located: [] };
    readDocument(read, value, skipped);
    return read;
  });
  for (const [kind, { raw, read, count }] of skipped) {
    const message = `${count === 1 ? "an object" : `${count} objects`} of kind ${kind} skipped`;
    const finding: Finding = { severity: "note", code: "kind-skipped", message, path: [] };
    read.located.push({ finding, object: describeObject(raw), path: raw.path });
  }
  if (reads.every(({ located }) => located.length === 0)) return { value, faults: [] };
  const placeOf = makePlaces(source.text);
  return { value, faults: reads.flatMap((read) => place(source.file, placeOf, read)) };
}

function readDocument(read: Read, value: KubernetesObject[], skipped: Map<string, Skipped>): void {
  const outside = new Findings();
  for (const raw of objectsIn(read.document.value, [], outside)) {
    const checked = checkObject(raw);
    if ("skippedKind" in checked) {
      const seen = skipped.get(checked.skippedKind);
      if (seen === undefined) skipped.set(checked.skippedKind, { raw, read, count: 1 });
      else seen.count++;
      continue;
    }
    if (checked.object !== undefined) value.push(checked.object);
    for (const finding of checked.findings) {
      const path = [...raw.path, ...finding.path];
      read.located.push({ finding, object: describeObject(raw), path });
    }
  }
  for (const finding of outside.list) {
    read.located.push({ finding, object: undefined, path: finding.path });
  }
}

/** Findings as faults, in the order of the text. */
function place(
  file: string,
  placeOf: ReturnType<typeof makePlaces>,
  { document, located }: Read,
): readonly Fault[] {
  if (located.length === 0) return [];
  const spans = document.locate(located.map(({ path }) => path));
  const placed = located.map(({ finding, object, path }, index) => {
    const span = spans[index];
    const found = span === undefined ? undefined : placeOf(span);
    const field = formatPath(object === undefined ? path : finding.path);
    const { code, severity, message } = finding;
    const at = {
      ...(file === "" ? {} : { file }),
      ...found?.position,
      ...(object === undefined ? {} : { object }),
      ...(field === "" ? {} : { field }),
    };
    const base: Fault = { code, severity, message, at };
    const complete = found === undefined ? base : { ...base, excerpt: found.excerpt };
    return { start: span?.start ?? 0, fault: complete };
  });
  return placed.sort((left, right) => left.start - right.start).map(({ fault }) => fault);
}
