import { define, negatable, option, type Codec, type InstanceOf } from "./define.js";
import { oneWord, parseNumber, present } from "./codecs.js";

/** Names of bits stand in a file of each host; bits are always quoted in a save. */
const bit: Codec<number> = oneWord(
  (text) => parseNumber(text, 0, 127),
  (value) => `"${value}"`,
);

/** A bit of the connection's label (kernel: `net/netfilter/xt_connlabel.c`). */
export const connlabel = define({
  name: "connlabel",
  families: [4, 6],
  options: { label: negatable("--label", bit), set: option("--set", present) },
  check: ({ label }) => (label === undefined ? "--label is required" : undefined),
});
export type ConnlabelMatch = InstanceOf<typeof connlabel>;
