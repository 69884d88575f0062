import { define, negatable, type InstanceOf } from "./define.js";
import { u32Tests, type U32Operator } from "./u32-tests.js";

const SHIFTS: ReadonlySet<U32Operator> = new Set(["<<", ">>"]);

/** Numbers of four bytes anywhere in the packet (kernel: `net/netfilter/xt_u32.c`). */
export const u32 = define({
  name: "u32",
  families: [4, 6],
  options: { tests: negatable("--u32", u32Tests) },
  check: ({ tests }) => {
    if (tests === undefined) return "--u32 is required";
    const steps = tests.value.flatMap((test) => test.steps);
    return steps.some(({ operator, operand }) => SHIFTS.has(operator) && operand > 31)
      ? "the kernel shifts by 31 bits at most"
      : undefined;
  },
});
export type U32Match = InstanceOf<typeof u32>;
