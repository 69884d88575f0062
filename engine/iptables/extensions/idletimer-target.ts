import { define, option, type InstanceOf } from "./define.js";
import { MAX_32, number, present } from "./codecs.js";
import { isFileName, name } from "./text-codecs.js";

/** The kernel counts milliseconds in 31 bits (`xt_IDLETIMER.c: idletimer_tg_helper`). */
const MAX_SECONDS = 2_147_482;

/** Tells of a time without packets (kernel: `net/netfilter/xt_IDLETIMER.c`). */
export const idletimer = define({
  name: "IDLETIMER",
  families: [4, 6],
  terminates: false,
  options: {
    timeout: option("--timeout", number(0, MAX_32)),
    label: option("--label", name(27)),
    alarm: option("--alarm", present),
  },
  check: ({ timeout, label }) => {
    if (timeout === undefined || label === undefined) return "--timeout and --label are required";
    if (timeout === 0 || timeout > MAX_SECONDS) {
      return `the kernel takes a --timeout of 1 to ${MAX_SECONDS} seconds`;
    }
    return isFileName(label) ? undefined : "--label is no file name";
  },
});
export type IdletimerTarget = InstanceOf<typeof idletimer>;
