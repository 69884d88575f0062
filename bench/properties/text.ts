import { sameRuleset } from "../../engine/iptables/canonical.js";
import type { Property } from "./types.js";

/** What is printed is read as the same rules. */
export const PRINT_IS_READ_BACK: Property = {
  name: "parse(print) = identity",
  wrong({ ruleset, text, subject }) {
    const read = subject.parse(text, ruleset.family);
    if (sameRuleset(read, ruleset)) return undefined;
    const again = subject.print(read);
    return again === text ? "the text says less than the rules" : firstDifference(text, again);
  },
};

function firstDifference(printed: string, again: string): string {
  const lines = printed.split("\n");
  const others = again.split("\n");
  const at = lines.findIndex((line, index) => line !== others[index]);
  const line = at < 0 ? lines.length : at;
  return `line ${line + 1}\n  printed: ${lines[line] ?? ""}\n  again:   ${others[line] ?? ""}`;
}
