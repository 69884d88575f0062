import { define, option, type InstanceOf } from "./define.js";
import { oneOfAnyCase } from "./codecs.js";

/** A record for auditd that names a verdict, without giving it (kernel: `xt_AUDIT.c`). */
export const audit = define({
  name: "AUDIT",
  families: [4, 6],
  terminates: false,
  options: { type: option("--type", oneOfAnyCase(["accept", "drop", "reject"])) },
  check: ({ type }) => (type === undefined ? "--type is required" : undefined),
});
export type AuditTarget = InstanceOf<typeof audit>;
