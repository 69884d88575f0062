import { formatPrefix, makePrefix, type Prefix } from "../../net/prefix.js";
import { define, isRefusal, option, type Codec, type InstanceOf } from "./define.js";
import { readMaskedAddress } from "./address-codecs.js";
import { oneWord } from "./codecs.js";

const network: Codec<Prefix> = oneWord((text, reading) => {
  const found = readMaskedAddress(text, reading);
  return isRefusal(found) ? found : makePrefix(found.address, found.mask);
}, formatPrefix);

/** Replaces the bits of the network one to one (kernel: `net/netfilter/xt_NETMAP.c`). */
export const netmap = define({
  name: "NETMAP",
  families: [4, 6],
  terminates: true,
  tables: ["nat"],
  hooks: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  options: { to: option("--to", network) },
  check: ({ to }) => (to === undefined ? "--to is required" : undefined),
});
export type NetmapTarget = InstanceOf<typeof netmap>;
