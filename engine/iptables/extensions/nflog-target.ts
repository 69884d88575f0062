import { define, option, type InstanceOf } from "./define.js";
import { MAX_16, MAX_32, number } from "./codecs.js";
import { saveOptions } from "./save.js";
import { prefixText } from "./text-codecs.js";

const options = {
  /** The nft backend takes 127 bytes, the legacy one cuts them to 63. */
  prefix: option("--nflog-prefix", prefixText(127)),
  group: option("--nflog-group", number(0, MAX_16)),
  /** Never worked; kept by the kernel without effect. */
  range: option("--nflog-range", number(0, MAX_32)),
  size: option("--nflog-size", number(0, MAX_32)),
  threshold: option("--nflog-threshold", number(0, MAX_16)),
};

/** To listeners of a netlink group (kernel: `net/netfilter/xt_NFLOG.c`). */
export const nflog = define({
  name: "NFLOG",
  families: [4, 6],
  terminates: false,
  options,
  check: ({ range, size }) =>
    range !== undefined && size !== undefined
      ? "--nflog-range and --nflog-size exclude each other"
      : undefined,
  normalise: ({ range, threshold, ...data }) => ({
    ...data,
    group: data.group ?? 0,
    ...(range === undefined || range === 0 ? {} : { range }),
    ...(threshold === undefined || threshold === 0 ? {} : { threshold }),
  }),
  save: (data, reading) => saveOptions(options, data, reading, data.group === 0 ? ["group"] : []),
});
export type NflogTarget = InstanceOf<typeof nflog>;
