import { isMap, isNode, isSeq, parseAllDocuments, type Document, type Node } from "yaml";
import type { Fault } from "../errors.js";
import { faultAt, type ReadDocument, type ReadText, type Span } from "./document.js";
import type { PathStep } from "./shape.js";

/** Reads a YAML text of one or more documents; documents that are not YAML are left out. */
export function readYaml(file: string, text: string): ReadText {
  const parsed = parseAllDocuments(text, { merge: true, prettyErrors: false });
  const list: readonly Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  const documents: ReadDocument[] = [];
  const faults: Fault[] = [];
  for (const document of list) {
    for (const { message, pos } of document.errors) {
      const span = { start: pos[0], end: pos[1] };
      faults.push(faultAt("bad-yaml", message.split("\n", 1)[0] ?? message, file, text, span));
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    try {
      documents.push({ value: document.toJS(), locate: (paths) => locate(document, paths) });
    } catch (error) {
      const span = spanOf(document.contents) ?? { start: 0, end: 1 };
      const reason = error instanceof Error ? error.message : String(error);
      faults.push(faultAt("bad-yaml", reason, file, text, span));
    }
  }
  return { documents: documents.filter(({ value }) => value !== null), faults };
}

function locate(document: Document, paths: readonly (readonly PathStep[])[]): readonly Span[] {
  return paths.map((path) => {
    let node: Node | null = document.contents;
    let span = spanOf(node) ?? { start: 0, end: 1 };
    for (const step of path) {
      const child: unknown = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
      if (!isNode(child)) break;
      node = child;
      span = spanOf(node) ?? span;
    }
    return span;
  });
}

function spanOf(node: Node | null): Span | undefined {
  const range = node?.range;
  return range === undefined || range === null ? undefined : { start: range[0], end: range[1] };
}
