import {
  Composer,
  isMap,
  isNode,
  isSeq,
  Lexer,
  parseDocument,
  Parser,
  type Document,
  type Node,
} from "yaml";
import type { Fault } from "../errors.js";
import {
  faultAt,
  type ReadDocument,
  type ReadProgress,
  type ReadText,
  type Span,
} from "./document.js";
import { DEEPEST, type PathStep } from "./shape.js";

const OPTIONS = { merge: true, prettyErrors: false, logLevel: "error" } as const;

/** Characters between two words on how far the reading is: some hundredths of a second. */
const TELL_EVERY = 1 << 16;

/** Reads a YAML text of one or more documents; documents that are not YAML are left out. */
export function readYaml(file: string, text: string, progress?: ReadProgress): ReadText {
  const documents: ReadDocument[] = [];
  const faults: Fault[] = [];
  const tell = (code: string, message: string, span: Span) => {
    faults.push(faultAt(code, message.split("\n", 1)[0] ?? message, file, text, span));
  };
  const tooDeepAt = compose(file, text, progress, (document) => {
    for (const { message, pos } of document.errors) {
      tell("bad-yaml", message, { start: pos[0], end: pos[1] });
    }
    for (const { message, pos } of document.warnings) {
      const span = { start: pos[0], end: pos[1] };
      faults.push({ ...faultAt("odd-yaml", message, file, text, span), severity: "warning" });
    }
    if (document.errors.length > 0 || document.contents === null) return;
    try {
      const value: unknown = document.toJS();
      if (value !== null) documents.push({ value, locate: locator(text, document) });
    } catch (error) {
      const span = spanOf(document.contents) ?? { start: 0, end: 1 };
      tell("bad-yaml", error instanceof Error ? error.message : String(error), span);
    }
  });
  if (tooDeepAt !== undefined) {
    const message = `nested more than ${DEEPEST} deep; the file is not read from here on`;
    tell("nested-too-deep", message, { start: tooDeepAt, end: tooDeepAt + 1 });
  }
  return { documents, faults };
}

/**
 * Hands on each document as soon as it is whole. Ends where the nesting gets too deep, which is
 * where the library would run out of stack: the answer is the place.
 */
function compose(
  file: string,
  text: string,
  progress: ReadProgress | undefined,
  take: (document: Document.Parsed) => void,
): number | undefined {
  const parser = new Parser();
  const composer = new Composer(OPTIONS);
  let told = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (parser.offset - told > TELL_EVERY) {
      told = parser.offset;
      progress?.(file, told, text.length);
    }
    for (const token of parser.next(lexeme)) for (const one of composer.next(token)) take(one);
    if (parser.stack.length > DEEPEST) return parser.offset;
  }
  for (const token of parser.end()) for (const one of composer.next(token)) take(one);
  for (const one of composer.end()) take(one);
  return undefined;
}

/** Of longer texts the trees are not kept: they take forty times the text's memory. */
const LONGEST_KEPT = 1 << 20;

function locator(text: string, document: Document.Parsed): ReadDocument["locate"] {
  if (text.length <= LONGEST_KEPT) return (paths) => locate(document, paths);
  const [start, , end] = document.range;
  return (paths) => {
    const again = parseDocument(text.slice(start, end), OPTIONS);
    return locate(again, paths).map((span) => ({
      start: start + span.start,
      end: start + span.end,
    }));
  };
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
