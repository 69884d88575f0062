import { define, option, type InstanceOf } from "./define.js";
import { address } from "./address-codecs.js";
import { cutInterfaceName } from "./text-codecs.js";

/** Sends a copy to another host of the link (kernel: `net/netfilter/xt_TEE.c`). */
export const tee = define({
  name: "TEE",
  families: [4, 6],
  terminates: false,
  options: {
    gateway: option("--gateway", address),
    oif: option("--oif", cutInterfaceName),
  },
  // No name at all is none asked for.
  normalise: ({ oif, ...data }) => ({
    ...data,
    ...(oif === undefined || oif === "" ? {} : { oif }),
  }),
  check: ({ gateway }) => {
    if (gateway === undefined) return "--gateway is required";
    return gateway === 0 || gateway === 0n ? "--gateway may not be all zeros" : undefined;
  },
});
export type TeeTarget = InstanceOf<typeof tee>;
