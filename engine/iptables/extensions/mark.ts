import { define, negatable, type InstanceOf } from "./define.js";
import { mark as masked } from "./codecs.js";

/** `(mark & mask) == value`, the value not masked (kernel: `net/netfilter/xt_mark.c`). */
export const mark = define({
  name: "mark",
  families: [4, 6],
  options: { mark: negatable("--mark", masked) },
  check: ({ mark: value }) => (value === undefined ? "--mark is required" : undefined),
});
export type MarkMatch = InstanceOf<typeof mark>;
