import { UDP } from "../../net/protocol.js";
import { negatable, define, type InstanceOf } from "./define.js";
import { isEveryPort, resolvedPortRange } from "./port-codecs.js";
import { saveOptions } from "./save.js";

const options = {
  sport: negatable("--sport", resolvedPortRange, { aliases: ["--source-port"] }),
  dport: negatable("--dport", resolvedPortRange, { aliases: ["--destination-port"] }),
};

/** Kernel: `net/netfilter/xt_tcpudp.c: udp_mt`. */
export const udp = define({
  name: "udp",
  families: [4, 6],
  protocol: UDP,
  options,
  normalise: ({ sport, dport }) => ({
    ...(sport === undefined || (isEveryPort(sport.value) && !sport.not) ? {} : { sport }),
    ...(dport === undefined || (isEveryPort(dport.value) && !dport.not) ? {} : { dport }),
  }),
  // A save is silent about a range of all ports even where it is negated.
  save: (data, reading) =>
    saveOptions(options, data, reading, [
      ...(data.sport !== undefined && isEveryPort(data.sport.value) ? ["sport"] : []),
      ...(data.dport !== undefined && isEveryPort(data.dport.value) ? ["dport"] : []),
    ]),
});
export type UdpMatch = InstanceOf<typeof udp>;
