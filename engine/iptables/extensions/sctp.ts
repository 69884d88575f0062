import { SCTP } from "../../net/protocol.js";
import { negatable, define, type InstanceOf } from "./define.js";
import { portRange, word } from "./codecs.js";

/** Kernel: `net/netfilter/xt_sctp.c: sctp_mt`. */
export const sctp = define({
  name: "sctp",
  families: [4, 6],
  protocol: SCTP,
  options: {
    sport: negatable("--sport", portRange, { aliases: ["--source-port"] }),
    dport: negatable("--dport", portRange, { aliases: ["--destination-port"] }),
    chunkTypes: negatable("--chunk-types", word),
  },
});
export type SctpMatch = InstanceOf<typeof sctp>;
