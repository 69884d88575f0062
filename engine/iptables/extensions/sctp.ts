import { SCTP } from "../../net/protocol.js";
import { negatable, define, type InstanceOf } from "./define.js";
import { portRange } from "./port-codecs.js";
import { sctpChunks } from "./sctp-chunks.js";

/** Kernel: `net/netfilter/xt_sctp.c: sctp_mt`. */
export const sctp = define({
  name: "sctp",
  families: [4, 6],
  protocol: SCTP,
  options: {
    sport: negatable("--sport", portRange("sctp"), { aliases: ["--source-port"] }),
    dport: negatable("--dport", portRange("sctp"), { aliases: ["--destination-port"] }),
    chunkTypes: negatable("--chunk-types", sctpChunks),
  },
});
export type SctpMatch = InstanceOf<typeof sctp>;
