import { define, negatable, type InstanceOf } from "./define.js";
import { u32Tests } from "./u32-tests.js";

/** Numbers of four bytes anywhere in the packet (kernel: `net/netfilter/xt_u32.c`). */
export const u32 = define({
  name: "u32",
  families: [4, 6],
  options: { tests: negatable("--u32", u32Tests) },
  check: ({ tests }) => (tests === undefined ? "--u32 is required" : undefined),
});
export type U32Match = InstanceOf<typeof u32>;
