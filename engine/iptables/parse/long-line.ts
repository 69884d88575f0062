import { makeRule } from "../make.js";
import type { ParsedLine } from "./command-line.js";
import type { SourceLine } from "./fault-log.js";

/** What `iptables-restore` reads of a line at once (`iptables-restore.c: buffer[10240]`). */
export const LINE_BUFFER = 10_239;

/** Beyond this the words of a line are not looked at: no real rule comes near it. */
export const UNREAD_LENGTH = 100_000;

/** A line of absurd length, kept whole as one rule that says nothing. */
export function opaqueLine(line: SourceLine): ParsedLine {
  const chain = /^(?:\[[^\]]{0,60}\])? ?-[AI] (\S{1,100})/.exec(line.text.slice(0, 200))?.[1];
  if (chain === undefined) return { commands: [], chain: undefined };
  const reason = `the line has ${line.text.length} characters`;
  const words = line.text;
  const rule = makeRule({
    matches: [{ name: "opaque", extension: "line", words, reason }],
    origin: { kind: "source", line: line.number, text: line.text },
  });
  return { commands: [{ verb: "append", chain, rule }], chain: undefined };
}
