import { countGiven, define, negatable, type InstanceOf } from "./define.js";
import { addressRange } from "./address-codecs.js";

/** Kernel: `net/netfilter/xt_iprange.c`. */
export const iprange = define({
  name: "iprange",
  families: [4, 6],
  options: {
    srcRange: negatable("--src-range", addressRange),
    dstRange: negatable("--dst-range", addressRange),
  },
  check: (data) =>
    countGiven(data.srcRange, data.dstRange) === 0
      ? "one of --src-range and --dst-range is required"
      : undefined,
});
export type IprangeMatch = InstanceOf<typeof iprange>;
