import { define, option, type InstanceOf } from "./define.js";
import { MARK_NOTATIONS, setXmark } from "./set-xmark.js";

/** Kernel: `net/netfilter/xt_mark.c: mark_tg`. */
export const markTarget = define({
  name: "MARK",
  families: [4, 6],
  terminates: false,
  options: { xmark: option("--set-xmark", setXmark, { also: MARK_NOTATIONS }) },
  check: (data) =>
    data.xmark === undefined
      ? "one of --set-xmark, --set-mark, --and-mark, --or-mark, --xor-mark is required"
      : undefined,
});
export type MarkTarget = InstanceOf<typeof markTarget>;
