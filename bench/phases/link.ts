import { parseDump } from "../../engine/iptables/parse.js";
import { linkProgram } from "../../tracer/program/link.js";
import { linkRules } from "../../tracer/walk/link.js";
import { countRules, largeScene, type Scene } from "../inputs/scene.js";
import { timeOf, timingOf } from "../measure.js";
import type { Phase } from "../types.js";
import { wrongIn } from "../properties/types.js";
import { PROGRAM_IS_WALK } from "../properties/program.js";
import { MAIN_SIZES } from "./sizes.js";

/** Typed rules to the indexed program; to be less than what reading their text takes. */
export const LINK: Phase = {
  name: "link",
  what: "typed rules, as they were read, to the indexed program that batches run on",
  sizes: MAIN_SIZES,
  prepare(size, seed) {
    const scene = largeScene(size, seed);
    const wrong = wrongIn(PROGRAM_IS_WALK, scene);
    if (wrong !== undefined) throw new Error(wrong);
    const { text, subject, setting } = scene;
    const ruleset = subject.parse(text, 4);
    const count = countRules(ruleset);
    return {
      work: () => linkProgram(ruleset, setting.host).rules.count,
      count,
      unit: "rules",
      baselines: [
        {
          name: PARSING,
          work: () => parseDump(text, { family: 4 }).value.sections.length,
          count,
        },
        {
          name: "resolving the jumps for the reference walk",
          work: () => linkRules(ruleset).tables.size,
          count,
        },
        {
          name: "the first time, making the rules that it looks at",
          work: timingOf(Array.from({ length: FRESH }, () => timeOf(freshly(scene), 1))),
          count,
        },
      ],
    };
  },
};

/** So many times rules are read and linked for the first time. */
const FRESH = 3;

/** Links rules that nobody has looked at since they were read, as a command does. */
function freshly({ text, subject, setting }: Scene): () => unknown {
  const ruleset = subject.parse(text, 4);
  return () => linkProgram(ruleset, setting.host).rules.count;
}

export const PARSING = "parsing the same rules";
