import { lengthOfMask, maskOfLength } from "../../net/prefix.js";
import { define, negatable, option, type InstanceOf } from "./define.js";
import { prefixLength } from "./address-codecs.js";
import { MAX_32, number, present } from "./codecs.js";

/**
 * How many connections the source, or with `daddr` the destination, has open within its prefix
 * (kernel: `net/netfilter/xt_connlimit.c`). `upto` is the negation of `above`.
 */
export const connlimit = define({
  name: "connlimit",
  families: [4, 6],
  options: {
    upto: negatable("--connlimit-upto", number(0, MAX_32)),
    above: negatable("--connlimit-above", number(0, MAX_32)),
    /** Length of the prefix that connections are counted together for. */
    mask: option("--connlimit-mask", prefixLength),
    saddr: option("--connlimit-saddr", present),
    daddr: option("--connlimit-daddr", present),
  },
  check: (data) => {
    if (data.upto === undefined && data.above === undefined) {
      return "one of --connlimit-upto and --connlimit-above is required";
    }
    if (data.upto !== undefined && data.above !== undefined) {
      return "--connlimit-upto and --connlimit-above exclude each other";
    }
    return data.saddr === true && data.daddr === true
      ? "--connlimit-saddr and --connlimit-daddr exclude each other"
      : undefined;
  },
  normalise: ({ upto, above, mask, daddr }, { family }) => ({
    ...limitOf(upto, above),
    mask: mask ?? lengthOfMask(maskOfLength(family, family === 4 ? 32 : 128)) ?? 0,
    ...(daddr === true ? { daddr } : { saddr: true }),
  }),
});

type Asked = { readonly not: boolean; readonly value: number } | undefined;

/** Without negation: up to n is not above n. */
function limitOf(upto: Asked, above: Asked) {
  if (upto !== undefined) return upto.not ? { above: { not: false, value: upto.value } } : { upto };
  if (above !== undefined) {
    return above.not ? { upto: { not: false, value: above.value } } : { above };
  }
  return {};
}
export type ConnlimitMatch = InstanceOf<typeof connlimit>;
