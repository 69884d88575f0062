import { define, option, type InstanceOf } from "./define.js";
import { present } from "./codecs.js";

/** Fills in what a network card would (kernel: `net/netfilter/xt_CHECKSUM.c`). */
export const checksum = define({
  name: "CHECKSUM",
  families: [4, 6],
  terminates: false,
  tables: ["mangle"],
  options: { fill: option("--checksum-fill", present) },
  check: ({ fill }) => (fill === undefined ? "--checksum-fill is required" : undefined),
});
export type ChecksumTarget = InstanceOf<typeof checksum>;
