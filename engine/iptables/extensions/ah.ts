import { AH } from "../../net/protocol.js";
import { define, negatable, option, type InstanceOf } from "./define.js";
import { MAX_32, number, present } from "./codecs.js";
import { isEvery, spiRange } from "./spi.js";
import { saveOptions } from "./save.js";

const options = {
  spi: negatable("--ahspi", spiRange),
  len: negatable("--ahlen", number(0, MAX_32)),
  reserved: option("--ahres", present),
};

/** Kernel: `net/ipv4/netfilter/ipt_ah.c`; with the length `net/ipv6/netfilter/ip6t_ah.c`. */
export const ah = define({
  name: "ah",
  families: [4, 6],
  protocol: AH,
  boundIn: [4],
  options,
  check: (data, { family }) =>
    family === 4 && (data.len !== undefined || data.reserved === true)
      ? "--ahlen and --ahres are of IPv6 only"
      : undefined,
  normalise: ({ spi, len, ...data }) => ({
    ...(spi === undefined || (isEvery(spi.value) && !spi.not) ? {} : { spi }),
    // The kernel takes a length of 0 for none asked.
    ...(len === undefined || (len.value === 0 && !len.not) ? {} : { len }),
    ...data,
  }),
  save: (data, reading) =>
    saveOptions(options, data, reading, data.spi && isEvery(data.spi.value) ? ["spi"] : []),
});
export type AhMatch = InstanceOf<typeof ah>;
