import type { Statement } from "../walk/world.js";

const SHAPE = /^(?<kind>[a-z0-9-]+)(?::(?<name>.+))?=(?<answer>yes|no)$/i;

/**
 * Reads what the user states about a question: `set:blocked=no`, `bpf=yes`, `rule:filter/INPUT/3=no`.
 * `undefined`: it is none.
 */
export function parseStatement(text: string): Statement | undefined {
  const parts = SHAPE.exec(text.trim())?.groups;
  const kind = parts?.["kind"];
  if (parts === undefined || kind === undefined) return undefined;
  return { kind, name: parts["name"], holds: parts["answer"]?.toLowerCase() === "yes" };
}

/** What was stated about this question; the statement that names it most closely counts. */
export function statedAnswer(
  statements: readonly Statement[],
  asked: { readonly kind: string; readonly name: string | undefined },
  rule: string | undefined,
): boolean | undefined {
  const fitting =
    statements.find(({ kind, name }) => kind === "rule" && name === rule) ??
    statements.find(({ kind, name }) => kind === asked.kind && name === asked.name) ??
    statements.find(({ kind, name }) => kind === asked.kind && name === undefined);
  return fitting?.holds;
}
