import { TCP } from "../../engine/net/protocol.js";
import { endingOf, type Ending } from "../diagnose/ending.js";
import type { Path } from "../walk/result.js";
import { ownerOfChain } from "./owners.js";
import type { Style } from "./style.js";
import { destinationText, namedEndpoint, sourceText, type Names } from "./words.js";

/** The last line: what became of the packet, in one sentence. */
export function verdictLine(path: Path, names: Names, style: Style): string {
  const open = path.verdict === "unrouted" || path.verdict === "unknown" ? ":" : "";
  return [`${paintedVerdict(path, style)}${open}`, ...details(path, names), ...told(path)].join(
    " ",
  );
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
  const { destination, destinationPort, protocol } = last;
  const goal = namedEndpoint(destination, destinationPort, { names, protocol });
  switch (path.verdict) {
    case "forwarded":
    case "sent":
      return [`to ${goal}`, ...by(path), natText(path)];
    case "delivered":
      return [`to this node at ${goal}`, natText(path)];
    case "rejected":
      return [`with ${path.with ?? "an ICMP error"}`, `by ${culprit(path)}`];
    case "dropped":
      return [`by ${culprit(path)}`];
    case "unrouted":
    case "unknown":
      return [path.because];
  }
}

/**
 * What the program learns whose packet did not leave. TCP hears of a missing route before any rule
 * is asked; later errors it takes for a lost segment, which it sends again until the time is up.
 */
function told({ error, first, steps, verdict }: Path): readonly string[] {
  if (error === undefined) return [];
  if (first.protocol !== TCP) return [`(the program that sends it gets ${error})`];
  if (verdict === "rejected") return [];
  const early = error !== "EPERM" && steps.length === 0;
  return [early ? `(connect() fails with ${error})` : "(connect() gets no error and times out)"];
}

/** What ended the packet; of a rule also whose it is, where it stands, and its own comment. */
function culprit(path: Path): string {
  const ending = endingOf(path);
  return ending?.kind === "rule" ? ruleText(path.because, ending) : path.because;
}

/** `filter DOCKER-USER rule 1 (DROP)`, then the owner of its chain, its line and its comment. */
export function ruleText(
  place: string,
  { step, definition }: Extract<Ending, { kind: "rule" }>,
): string {
  const owner = ownerOfChain(step.chain);
  const whose = owner === "kernel" || owner === "user" ? "" : ` of ${owner}`;
  const line = definition.origin.kind === "source" ? `, line ${definition.origin.line}` : "";
  const comment = definition.matches.flatMap((match) =>
    match.name === "comment" && isSentence(match.comment) ? [`: ${match.comment}`] : [],
  );
  return `${place}${whose}${line}${comment.join("")}`;
}

/** Hashes that a program keeps in comments for itself tell a person nothing. */
function isSentence(comment: string | undefined): comment is string {
  return comment !== undefined && !/^cali:\S+$/.test(comment);
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
