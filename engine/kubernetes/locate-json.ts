import type { Span } from "./document.js";
import { DEEPEST, type PathStep } from "./shape.js";

/** Paths as a tree, so that one pass over a text finds them all. */
interface Wanted {
  readonly children: Map<PathStep, Wanted>;
  span: Span | undefined;
}

/** Why a text is not JSON, and where. */
export interface JsonFlaw {
  readonly at: number;
  readonly message: string;
}

class Flaw extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/**
 * Where values stand in a JSON text. `JSON.parse` is an order of magnitude faster than any parser
 * that keeps positions, so objects are read with it and positions looked up here when needed.
 */
export function locateInJson(
  text: string,
  paths: readonly (readonly PathStep[])[],
): readonly Span[] {
  const root: Wanted = { children: new Map(), span: undefined };
  const ends = paths.map((path) => {
    const trail = [root];
    for (const step of path) {
      const here: Wanted = trail[trail.length - 1] ?? root;
      const next = here.children.get(step) ?? { children: new Map(), span: undefined };
      here.children.set(step, next);
      trail.push(next);
    }
    return trail;
  });
  try {
    new Scanner(text).value(0, root);
  } catch (error) {
    if (!(error instanceof Flaw)) throw error;
  }
  return ends.map(
    (trail) => trail.findLast(({ span }) => span !== undefined)?.span ?? { start: 0, end: 1 },
  );
}

/** The first flaw of a text that is not JSON; `undefined` when it is. */
export function jsonFlaw(text: string): JsonFlaw | undefined {
  const scanner = new Scanner(text);
  try {
    const end = scanner.blanks(scanner.value(0, undefined));
    return end < text.length ? { at: end, message: "text after the end of the value" } : undefined;
  } catch (error) {
    if (error instanceof Flaw) return { at: error.at, message: error.message };
    throw error;
  }
}

const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const BLANKS = /[ \t\r\n]*/y;

class Scanner {
  private readonly text: string;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Passes a value and returns where it ends; notes its span when it is wanted. */
  value(from: number, wanted: Wanted | undefined): number {
    const start = this.blanks(from);
    if (this.depth > DEEPEST) throw new Flaw(`nested more than ${DEEPEST} deep`, start);
    this.depth++;
    const first = this.text[start];
    const end =
      first === "{"
        ? this.members(start, wanted)
        : first === "["
          ? this.elements(start, wanted)
          : this.token(start, first === '"' ? STRING : LITERAL);
    this.depth--;
    if (wanted !== undefined) wanted.span = { start, end };
    return end;
  }

  blanks(from: number): number {
    BLANKS.lastIndex = from;
    BLANKS.test(this.text);
    return BLANKS.lastIndex;
  }

  private token(at: number, shape: RegExp): number {
    shape.lastIndex = at;
    if (shape.test(this.text)) return shape.lastIndex;
    const found = this.text[at];
    throw new Flaw(found === undefined ? "the text ends too early" : "a value is due here", at);
  }

  private members(open: number, wanted: Wanted | undefined): number {
    let at = this.blanks(open + 1);
    if (this.text[at] === "}") return at + 1;
    for (;;) {
      const end = this.token(at, STRING);
      const child = wanted?.children.get(this.key(at, end, wanted));
      const colon = this.blanks(end);
      if (this.text[colon] !== ":") throw new Flaw('":" is due here', colon);
      const next = this.blanks(this.value(colon + 1, child));
      if (this.text[next] === "}") return next + 1;
      if (this.text[next] !== ",") throw new Flaw('"," or "}" is due here', next);
      at = this.blanks(next + 1);
    }
  }

  /** The text of a key; decoded only where some key is looked for. */
  private key(start: number, end: number, wanted: Wanted): string {
    if (wanted.children.size === 0) return "";
    const decoded: unknown = JSON.parse(this.text.slice(start, end));
    return String(decoded);
  }

  private elements(open: number, wanted: Wanted | undefined): number {
    let at = this.blanks(open + 1);
    if (this.text[at] === "]") return at + 1;
    for (let index = 0; ; index++) {
      const next = this.blanks(this.value(at, wanted?.children.get(index)));
      if (this.text[next] === "]") return next + 1;
      if (this.text[next] !== ",") throw new Flaw('"," or "]" is due here', next);
      at = next + 1;
    }
  }
}
