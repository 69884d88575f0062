import { DCCP } from "../../net/protocol.js";
import { define, negatable, refuse, type Codec, type InstanceOf } from "./define.js";
import { MAX_8, number, oneWord } from "./codecs.js";
import { resolvedPortRange } from "./port-codecs.js";

/** In the order of their numbers, which is that of a save. */
export const DCCP_TYPES = [
  "REQUEST",
  "RESPONSE",
  "DATA",
  "ACK",
  "DATAACK",
  "CLOSEREQ",
  "CLOSE",
  "RESET",
  "SYNC",
  "SYNCACK",
  "INVALID",
] as const;
export type DccpType = (typeof DCCP_TYPES)[number];

const types: Codec<readonly DccpType[]> = oneWord<readonly DccpType[]>(
  (text) => {
    const given = text.split(",").filter((item) => item !== "");
    const found = given.map((item) => DCCP_TYPES.find((type) => type === item.toUpperCase()));
    const stray = given[found.indexOf(undefined)];
    return stray === undefined
      ? DCCP_TYPES.filter((type) => found.includes(type))
      : refuse(`"${stray}" is no type of DCCP packet`);
  },
  (value) => value.join(","),
);

/** Kernel: `net/netfilter/xt_dccp.c`. */
export const dccp = define({
  name: "dccp",
  families: [4, 6],
  protocol: DCCP,
  options: {
    sport: negatable("--sport", resolvedPortRange, { aliases: ["--source-port"] }),
    dport: negatable("--dport", resolvedPortRange, { aliases: ["--destination-port"] }),
    types: negatable("--dccp-types", types),
    option: negatable("--dccp-option", number(1, MAX_8)),
  },
});
export type DccpMatch = InstanceOf<typeof dccp>;
