import { IPCOMP } from "../../net/protocol.js";
import { define, negatable, option, type InstanceOf } from "./define.js";
import { present } from "./codecs.js";
import { saveOptions } from "./save.js";
import { isEvery, spiRange } from "./spi.js";

const options = {
  spi: negatable("--ipcompspi", spiRange),
  reserved: option("--compres", present),
};

/** Kernel: `net/netfilter/xt_ipcomp.c`; without an index, index 0 is asked for. */
export const ipcomp = define({
  name: "ipcomp",
  families: [4, 6],
  protocol: IPCOMP,
  options,
  normalise: ({ spi, ...data }) => ({
    spi: spi ?? { not: false, value: { min: 0, max: 0 } },
    ...data,
  }),
  save: (data, reading) =>
    saveOptions(options, data, reading, data.spi && isEvery(data.spi.value) ? ["spi"] : []),
});
export type IpcompMatch = InstanceOf<typeof ipcomp>;
