import { DCCP, SCTP, TCP, UDP, UDPLITE } from "../../net/protocol.js";
import type { ServiceProtocol } from "../../net/service-names.js";
import { countGiven, define, negatable, refuse, type Codec, type InstanceOf } from "./define.js";
import { oneWord, writeRange, type Range } from "./codecs.js";
import { readPort } from "./port-codecs.js";

const SERVICES: ReadonlyMap<number | undefined, ServiceProtocol> = new Map([
  [TCP, "tcp"],
  [UDP, "udp"],
  [UDPLITE, "udplite"],
  [SCTP, "sctp"],
  [DCCP, "dccp"],
]);

const NEEDS_PROTOCOL = "-p tcp, udp, udplite, sctp or dccp is required before it";

/** Up to 15 ports, a range counting for two (`XT_MULTI_PORTS`), in the order given. */
const portList: Codec<readonly Range[]> = oneWord<readonly Range[]>(
  (text, reading) => {
    const service = SERVICES.get(reading.protocol);
    if (service === undefined) return refuse(NEEDS_PROTOCOL);
    const ports: Range[] = [];
    for (const item of text.split(",")) {
      const [low = "", high = low, ...rest] = item.split(":");
      const min = readPort(low, service);
      const max = readPort(high, service);
      if (min === undefined || max === undefined || rest.length > 0) {
        return refuse(`"${item}" is not a port or a range of ports`);
      }
      if (item.includes(":") && min >= max) return refuse(`the range ${item} runs backwards`);
      ports.push({ min, max });
    }
    const count = ports.reduce((sum, { min, max }) => sum + (min === max ? 1 : 2), 0);
    return count <= 15 ? ports : refuse("there are more than 15 ports");
  },
  (value) => value.map(writeRange).join(","),
);

/** Kernel: `net/netfilter/xt_multiport.c`. `ports` matches either side. */
export const multiport = define({
  name: "multiport",
  families: [4, 6],
  options: {
    sports: negatable("--sports", portList, { aliases: ["--source-ports"] }),
    dports: negatable("--dports", portList, { aliases: ["--destination-ports"] }),
    ports: negatable("--ports", portList),
  },
  check: (data, { protocol }) => {
    if (!SERVICES.has(protocol)) return NEEDS_PROTOCOL;
    return countGiven(data.sports, data.dports, data.ports) === 1
      ? undefined
      : "exactly one of --sports, --dports, --ports is required";
  },
});
export type MultiportMatch = InstanceOf<typeof multiport>;
