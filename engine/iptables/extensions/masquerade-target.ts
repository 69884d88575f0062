import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { oneWord, present, type Range } from "./codecs.js";
import { parsePort } from "../../net/port.js";

const dashedPorts: Codec<Range> = oneWord(
  (text) => {
    const [low = "", high = low] = text.split("-");
    const min = parsePort(low);
    const max = parsePort(high);
    if (min === undefined || max === undefined || max < min)
      return refuse(`"${text}" is no port range`);
    return { min, max };
  },
  ({ min, max }) => (min === max ? String(min) : `${min}-${max}`),
);

/** Kernel: `net/netfilter/xt_MASQUERADE.c`, `nf_nat_masquerade.c`. */
export const masquerade = define({
  name: "MASQUERADE",
  families: [4, 6],
  terminates: true,
  tables: ["nat"],
  hooks: ["POSTROUTING"],
  options: {
    toPorts: option("--to-ports", dashedPorts),
    random: option("--random", present),
    randomFully: option("--random-fully", present),
  },
});
export type MasqueradeTarget = InstanceOf<typeof masquerade>;
