import { define, negatable, type InstanceOf } from "./define.js";
import { MAX_16, numberRange } from "./codecs.js";

/** Bytes of the whole packet, or of the IPv6 payload (kernel: `net/netfilter/xt_length.c`). */
export const length = define({
  name: "length",
  families: [4, 6],
  options: { length: negatable("--length", numberRange(MAX_16)) },
  check: ({ length: range }) => (range === undefined ? "--length is required" : undefined),
});
export type LengthMatch = InstanceOf<typeof length>;
