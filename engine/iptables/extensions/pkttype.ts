import { define, negatable, type InstanceOf } from "./define.js";
import { oneOfAnyCase } from "./codecs.js";

const packetType = oneOfAnyCase(["unicast", "broadcast", "multicast", "otherhost"], {
  bcast: "broadcast",
  mcast: "multicast",
  host: "unicast",
});

/** To whom the link layer sent the frame (kernel: `net/netfilter/xt_pkttype.c`). */
export const pkttype = define({
  name: "pkttype",
  families: [4, 6],
  options: { type: negatable("--pkt-type", packetType) },
  check: ({ type }) => (type === undefined ? "--pkt-type is required" : undefined),
});
export type PkttypeMatch = InstanceOf<typeof pkttype>;
