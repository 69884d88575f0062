import { sameRuleset } from "../../engine/iptables/canonical.js";
import type { Property } from "./types.js";

/** What is printed is read as the same rules, and printed again as the same text. */
export const PRINT_IS_READ_BACK: Property = {
  name: "parse(print) = identity",
  wrong({ ruleset, text, subject }) {
    const read = subject.parse(text, ruleset.family);
    const again = subject.print(read);
    if (again !== text) return firstDifference(text, again);
    return sameRuleset(read, ruleset) ? undefined : "the rules read are others than those printed";
  },
};

function firstDifference(printed: string, again: string): string {
  const lines = printed.split("\n");
  const others = again.split("\n");
  const at = lines.findIndex((line, index) => line !== others[index]);
  const line = at < 0 ? lines.length : at;
  return `line ${line + 1}\n  printed: ${lines[line] ?? ""}\n  again:   ${others[line] ?? ""}`;
}
