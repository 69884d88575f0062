import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { MAX_16, oneWord } from "./codecs.js";

/** A traffic class, 0 to 0xffff each. */
export interface TrafficClass {
  readonly major: number;
  readonly minor: number;
}

/** `MAJOR:MINOR` in hex, written with at least four digits each. */
const trafficClass: Codec<TrafficClass> = oneWord(
  (text) => {
    const parts = /^(?:0[xX])?([0-9a-fA-F]+):(?:0[xX])?([0-9a-fA-F]+)$/.exec(text);
    const major = Number.parseInt(parts?.[1] ?? "", 16);
    const minor = Number.parseInt(parts?.[2] ?? "", 16);
    return major <= MAX_16 && minor <= MAX_16
      ? { major, minor }
      : refuse(`"${text}" is no class, MAJOR:MINOR`);
  },
  ({ major, minor }) => [major, minor].map(four).join(":"),
);

function four(value: number): string {
  return value.toString(16).padStart(4, "0");
}

/** Kernel: `net/netfilter/xt_CLASSIFY.c`. */
export const classify = define({
  name: "CLASSIFY",
  families: [4, 6],
  terminates: false,
  hooks: ["FORWARD", "OUTPUT", "POSTROUTING"],
  options: { setClass: option("--set-class", trafficClass) },
  check: ({ setClass }) => (setClass === undefined ? "--set-class is required" : undefined),
});
export type ClassifyTarget = InstanceOf<typeof classify>;
