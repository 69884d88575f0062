import { define, negatable, type InstanceOf } from "./define.js";
import { quoted } from "./text-codecs.js";

/** The connection tracking helper that expected the connection (kernel: `net/netfilter/xt_helper.c`). */
export const helper = define({
  name: "helper",
  families: [4, 6],
  options: { helper: negatable("--helper", quoted(29)) },
  check: (data) => (data.helper === undefined ? "--helper is required" : undefined),
});
export type HelperMatch = InstanceOf<typeof helper>;
