import { parseProbability, printProbability, type Probability } from "../probability.js";
import { define, negatable, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { number, oneOf, oneWord, MAX_32 } from "./codecs.js";

const probability: Codec<Probability> = oneWord(
  (text) => parseProbability(text) ?? refuse(`"${text}" is not between 0 and 1`),
  (value) => printProbability(value.threshold),
);

/**
 * Kernel: `net/netfilter/xt_statistic.c`. nth matches evaluations `packet`, `packet + every`, ...
 * counted from 0 by each rule for itself.
 */
export const statistic = define({
  name: "statistic",
  families: [4, 6],
  options: {
    mode: option("--mode", oneOf(["random", "nth"])),
    probability: negatable("--probability", probability),
    every: negatable("--every", number(1, MAX_32)),
    packet: option("--packet", number(0, MAX_32)),
  },
  check: ({ mode, probability: chance, every, packet }) => {
    const counted = every !== undefined || packet !== undefined;
    if (mode === undefined) return "--mode is required";
    if (chance !== undefined && counted) {
      return "--probability excludes --every and --packet";
    }
    if (counted && (every === undefined || packet === undefined)) {
      return "--every and --packet go together";
    }
    if (mode === "random" && chance === undefined) return "--mode random needs --probability";
    if (mode === "nth" && !counted) return "--mode nth needs --every and --packet";
    return packet !== undefined && every !== undefined && packet >= every.value
      ? "--packet must be below --every"
      : undefined;
  },
});
export type StatisticMatch = InstanceOf<typeof statistic>;
