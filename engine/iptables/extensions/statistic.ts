import { parseProbability, printProbability, type Probability } from "../probability.js";
import { define, negatable, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { number, oneOf, oneWord, MAX_32 } from "./codecs.js";

const probability: Codec<Probability> = oneWord(
  (text) => parseProbability(text) ?? refuse(`"${text}" is not between 0 and 1`),
  (value) => printProbability(value.threshold),
);

/** Kernel: `net/netfilter/xt_statistic.c`. nth matches evaluations `packet`, `packet + every`, ... */
export const statistic = define({
  name: "statistic",
  families: [4, 6],
  options: {
    mode: option("--mode", oneOf(["random", "nth"])),
    probability: negatable("--probability", probability),
    every: negatable("--every", number(1, MAX_32)),
    packet: option("--packet", number(0, MAX_32)),
  },
});
export type StatisticMatch = InstanceOf<typeof statistic>;
