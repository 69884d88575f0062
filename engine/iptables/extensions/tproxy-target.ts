import { TCP, UDP } from "../../net/protocol.js";
import { define, option, type InstanceOf } from "./define.js";
import { address } from "./address-codecs.js";
import { resolvedPort } from "./port-codecs.js";
import { setXmark } from "./set-xmark.js";

/** To a local socket without changing the packet (kernel: `net/netfilter/xt_TPROXY.c`). */
export const tproxy = define({
  name: "TPROXY",
  families: [4, 6],
  terminates: true,
  tables: ["mangle"],
  hooks: ["PREROUTING"],
  options: {
    onPort: option("--on-port", resolvedPort),
    /** All zeros: the first address of the incoming interface. */
    onIp: option("--on-ip", address),
    /** `(mark & ~mask) ^ value`. */
    mark: option("--tproxy-mark", setXmark),
  },
  check: ({ onPort }, { protocol }) => {
    if (onPort === undefined) return "--on-port is required";
    return protocol === TCP || protocol === UDP ? undefined : "-p tcp or -p udp is required";
  },
  normalise: (data, { family }) => ({
    ...data,
    onIp: data.onIp ?? (family === 4 ? 0 : 0n),
    mark: data.mark ?? { value: 0, mask: 0 },
  }),
});
export type TproxyTarget = InstanceOf<typeof tproxy>;
