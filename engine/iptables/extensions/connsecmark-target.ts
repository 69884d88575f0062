import { define, option, type InstanceOf } from "./define.js";
import { present } from "./codecs.js";

/** Copies security marks between packet and connection (kernel: `net/netfilter/xt_CONNSECMARK.c`). */
export const connsecmark = define({
  name: "CONNSECMARK",
  families: [4, 6],
  terminates: false,
  tables: ["mangle", "security"],
  options: { save: option("--save", present), restore: option("--restore", present) },
  check: ({ save, restore }) =>
    (save === undefined) === (restore === undefined)
      ? "exactly one of --save and --restore is required"
      : undefined,
});
export type ConnsecmarkTarget = InstanceOf<typeof connsecmark>;
