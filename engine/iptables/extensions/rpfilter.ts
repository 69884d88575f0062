import { define, option, type InstanceOf } from "./define.js";
import { present } from "./codecs.js";

/** A reply would leave by the interface the packet came in by (kernel: `ipt_rpfilter.c`). */
export const rpfilter = define({
  name: "rpfilter",
  families: [4, 6],
  tables: ["raw", "mangle"],
  hooks: ["PREROUTING"],
  options: {
    loose: option("--loose", present),
    validmark: option("--validmark", present),
    acceptLocal: option("--accept-local", present),
    invert: option("--invert", present),
  },
});
export type RpfilterMatch = InstanceOf<typeof rpfilter>;
