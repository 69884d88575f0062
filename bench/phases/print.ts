import { printRuleset } from "../../engine/iptables/print.js";
import { largeScene, countRules } from "../inputs/scene.js";
import type { Phase } from "../types.js";
import { GROWING_SIZES } from "./sizes.js";

/** Typed rules as `iptables-save` prints them. */
export const PRINT: Phase = {
  name: "print",
  what: "typed rules to the text of an `iptables-save`",
  sizes: GROWING_SIZES,
  prepare(size, seed) {
    const { ruleset, text, subject } = largeScene(size, seed);
    const print = () => printRuleset(ruleset, "save");
    if (subject.print(subject.parse(text, ruleset.family)) !== text) {
      throw new Error("what is printed is not read back as it was");
    }
    const lines = text.split("\n");
    const count = countRules(ruleset);
    return {
      work: () => print().length,
      count,
      unit: "rules",
      baselines: [{ name: "a bare join of the lines", work: () => lines.join("\n").length, count }],
    };
  },
};
