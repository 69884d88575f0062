import { countGiven, define, negatable, type InstanceOf } from "./define.js";
import { present } from "./codecs.js";
import { interfaceName } from "./text-codecs.js";

/** Kernel: `net/netfilter/xt_physdev.c: physdev_mt`, refusals `physdev_mt_check`. */
export const physdev = define({
  name: "physdev",
  families: [4, 6],
  options: {
    isIn: negatable("--physdev-is-in", present),
    in: negatable("--physdev-in", interfaceName),
    isOut: negatable("--physdev-is-out", present),
    out: negatable("--physdev-out", interfaceName),
    isBridged: negatable("--physdev-is-bridged", present),
  },
  // Where a routed packet will leave a bridge is not known before POSTROUTING.
  hooksFor: ({ out, isOut, isBridged }) =>
    (out !== undefined || isOut !== undefined) && isBridged?.not !== false
      ? ["PREROUTING", "INPUT", "FORWARD", "POSTROUTING"]
      : undefined,
  check: (data) =>
    countGiven(data.isIn, data.in, data.isOut, data.out, data.isBridged) === 0
      ? "at least one option is required"
      : undefined,
});
export type PhysdevMatch = InstanceOf<typeof physdev>;
