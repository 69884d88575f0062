import type { Path } from "../walk/result.js";
import type { Style } from "./style.js";
import { destinationText, namedEndpoint, sourceText, type Names } from "./words.js";

/** The last line: what became of the packet, in one sentence. */
export function verdictLine(path: Path, names: Names, style: Style): string {
  return [paintedVerdict(path, style), ...details(path, names)].join(" ");
}

/** The verdict alone, in the colour of good or bad news. */
export function paintedVerdict({ verdict }: Pick<Path, "verdict">, style: Style): string {
  switch (verdict) {
    case "forwarded":
    case "sent":
    case "delivered":
      return style.green(style.bold(verdict));
    case "dropped":
    case "rejected":
    case "unrouted":
      return style.red(style.bold(verdict));
    case "unknown":
      return style.yellow(style.bold(verdict));
  }
}

function details(path: Path, names: Names): readonly string[] {
  const { last } = path;
  const goal = namedEndpoint(last.destination, last.destinationPort, names);
  switch (path.verdict) {
    case "forwarded":
    case "sent":
      return [`to ${goal}`, ...by(path), natText(path)];
    case "delivered":
      return [`to this node at ${goal}`, natText(path)];
    case "rejected":
      return [`with ${path.with ?? "an ICMP error"}`, `by ${path.because}`];
    case "dropped":
      return [`by ${path.because}`];
    case "unrouted":
    case "unknown":
      return [`: ${path.because}`];
  }
}

function by({ out }: Path): readonly string[] {
  return out === undefined ? [] : [`by ${out}`];
}

/** What was rewritten between entry and end; "untranslated" when nothing was. */
export function natText({ first, last }: Path): string {
  const source = sourceText(first) === sourceText(last) ? [] : [`source now ${sourceText(last)}`];
  const kept = destinationText(first) === destinationText(last);
  const destination = kept ? [] : [`asked for ${destinationText(first)}`];
  const changes = [...destination, ...source];
  return changes.length === 0 ? "untranslated" : `(${changes.join(", ")})`;
}
