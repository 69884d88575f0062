import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { oneWord } from "./codecs.js";
import { lowBits, scanNumber } from "./scan-number.js";

/** A traffic class, 0 to 0xffff each. */
export interface TrafficClass {
  readonly major: number;
  readonly minor: number;
}

/**
 * `MAJOR:MINOR` in hex as `sscanf("%x:%x")` reads them, of each the lower 16 bits; written with four
 * digits each.
 */
const trafficClass: Codec<TrafficClass> = oneWord(
  (text) => {
    const major = scanNumber(text, 0, 16);
    const isParted = major !== undefined && text.charAt(major.end) === ":";
    const minor = isParted ? scanNumber(text, major.end + 1, 16) : undefined;
    if (major === undefined || minor === undefined) {
      return refuse(`"${text}" is no class, MAJOR:MINOR`);
    }
    return { major: lowBits(major, 16), minor: lowBits(minor, 16) };
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
