import { define, negatable, type InstanceOf } from "./define.js";
import { mark } from "./codecs.js";

/** `(connection's mark & mask) == value` (kernel: `net/netfilter/xt_connmark.c: connmark_mt`). */
export const connmark = define({
  name: "connmark",
  families: [4, 6],
  options: { mark: negatable("--mark", mark) },
  check: ({ mark: value }) => (value === undefined ? "--mark is required" : undefined),
});
export type ConnmarkMatch = InstanceOf<typeof connmark>;
