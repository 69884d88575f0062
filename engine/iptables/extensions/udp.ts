import { UDP } from "../../net/protocol.js";
import { negatable, define, type InstanceOf } from "./define.js";
import { portRange } from "./codecs.js";

/** Kernel: `net/netfilter/xt_tcpudp.c: udp_mt`. */
export const udp = define({
  name: "udp",
  families: [4, 6],
  protocol: UDP,
  options: {
    sport: negatable("--sport", portRange, { aliases: ["--source-port"] }),
    dport: negatable("--dport", portRange, { aliases: ["--destination-port"] }),
  },
});
export type UdpMatch = InstanceOf<typeof udp>;
