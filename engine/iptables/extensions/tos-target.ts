import { define, option, type InstanceOf } from "./define.js";
import { MAX_8 } from "./codecs.js";
import { tosNotation, tosValue } from "./tos-value.js";

/** `(TOS & ~mask) ^ value` (kernel: `net/netfilter/xt_DSCP.c: tos_tg`). */
export const tosTarget = define({
  name: "TOS",
  families: [4, 6],
  terminates: false,
  tables: ["mangle"],
  options: {
    setTos: option("--set-tos", tosValue, {
      also: {
        "--and-tos": tosNotation((value) => ({ value: 0, mask: ~value & MAX_8 })),
        "--or-tos": tosNotation((value) => ({ value, mask: value })),
        "--xor-tos": tosNotation((value) => ({ value, mask: 0 })),
      },
    }),
  },
  check: ({ setTos }) =>
    setTos === undefined
      ? "one of --set-tos, --and-tos, --or-tos, --xor-tos is required"
      : undefined,
});
export type TosTarget = InstanceOf<typeof tosTarget>;
