import type { FaultLog } from "./fault-log.js";

/** What of a text can be read line by line: nothing of a binary file. */
export function readable(text: string, log: FaultLog): string {
  if (text.trim() === "") {
    log.error("empty-file", "there is nothing to read: the text is empty");
    return "";
  }
  const nul = text.indexOf("\0");
  if (nul < 0) return withoutMark(text, log);
  const before = text.lastIndexOf("\n", nul) + 1;
  const line = { number: countLines(text, nul), text: text.slice(before, nul) };
  const isUtf16 = text.startsWith("\ufeff") || /^(?:[^\0]\0|\0[^\0]){8}/.test(text);
  const why = isUtf16 ? "the text is UTF-16: save it as UTF-8" : "the text holds NUL bytes";
  log.error("binary-file", `${why}; nothing of it is read`, line, nul - before);
  return "";
}

function withoutMark(text: string, log: FaultLog): string {
  if (!text.startsWith("\ufeff")) return text;
  log.error("byte-order-mark", "the text begins with a byte order mark: it is left out", {
    number: 1,
    text: text.slice(1, text.indexOf("\n")),
  });
  return text.slice(1);
}

function countLines(text: string, to: number): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}
