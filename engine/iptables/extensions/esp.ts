import { ESP } from "../../net/protocol.js";
import { define, negatable, type InstanceOf } from "./define.js";
import { isEvery, spiRange } from "./spi.js";
import { saveOptions } from "./save.js";

const options = { spi: negatable("--espspi", spiRange) };

/** Kernel: `net/netfilter/xt_esp.c`. */
export const esp = define({
  name: "esp",
  families: [4, 6],
  protocol: ESP,
  options,
  normalise: ({ spi }) => (spi === undefined || (isEvery(spi.value) && !spi.not) ? {} : { spi }),
  save: (data, reading) =>
    saveOptions(options, data, reading, data.spi && isEvery(data.spi.value) ? ["spi"] : []),
});
export type EspMatch = InstanceOf<typeof esp>;
