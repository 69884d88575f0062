import { TCP } from "../../net/protocol.js";
import {
  negatable,
  define,
  refuse,
  isRefusal,
  type Codec,
  type InstanceOf,
  type Refusal,
} from "./define.js";
import { number } from "./codecs.js";
import { isEveryPort, portRange } from "./port-codecs.js";
import { saveOptions } from "./save.js";

const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"] as const;
export type TcpFlag = (typeof FLAGS)[number];

/** Of the flags in `mask`, just those in `set` are up (`xt_tcp` `flg_mask`, `flg_cmp`). */
export interface TcpFlags {
  readonly mask: readonly TcpFlag[];
  readonly set: readonly TcpFlag[];
}

const flags: Codec<TcpFlags> = {
  words: 2,
  read: ([mask = "", set = ""]) => {
    const masked = readFlags(mask);
    const expected = readFlags(set);
    if (isRefusal(masked)) return masked;
    return isRefusal(expected) ? expected : { mask: masked, set: expected };
  },
  write: ({ mask, set }) => `${writeFlags(mask)} ${writeFlags(set)}`,
};

function readFlags(text: string): readonly TcpFlag[] | Refusal {
  const given = text
    .toUpperCase()
    .split(",")
    .filter((flag) => flag !== "");
  const stray = given.find(
    (flag) => flag !== "NONE" && flag !== "ALL" && !FLAGS.some((known) => known === flag),
  );
  if (stray !== undefined) return refuse(`"${stray}" is no TCP flag`);
  return given.includes("ALL") ? FLAGS : FLAGS.filter((known) => given.includes(known));
}

function writeFlags(list: readonly TcpFlag[]): string {
  return list.length === 0 ? "NONE" : list.join(",");
}

const syn: Codec<TcpFlags> = {
  words: 0,
  read: () => ({ mask: ["FIN", "SYN", "RST", "ACK"], set: ["SYN"] }),
  write: () => "",
};

const options = {
  sport: negatable("--sport", portRange("tcp"), { aliases: ["--source-port"] }),
  dport: negatable("--dport", portRange("tcp"), { aliases: ["--destination-port"] }),
  tcpOption: negatable("--tcp-option", number(1, 255)),
  flags: negatable("--tcp-flags", flags, { also: { "--syn": syn } }),
};

/** Kernel: `net/netfilter/xt_tcpudp.c: tcp_mt`. */
export const tcp = define({
  name: "tcp",
  families: [4, 6],
  protocol: TCP,
  options,
  normalise: ({ sport, dport, flags: asked, ...data }) => ({
    ...(sport === undefined || (isEveryPort(sport.value) && !sport.not) ? {} : { sport }),
    ...(dport === undefined || (isEveryPort(dport.value) && !dport.not) ? {} : { dport }),
    ...data,
    // An empty mask asks for nothing; only negated is it kept (it then never matches).
    ...(asked === undefined ||
    (asked.value.mask.length === 0 && !asked.not && asked.value.set.length === 0)
      ? {}
      : { flags: asked }),
  }),
  // A save is silent about a range of all ports even where it is negated, and about an empty mask.
  save: (data, reading) =>
    saveOptions(options, data, reading, [
      ...(data.sport !== undefined && isEveryPort(data.sport.value) ? ["sport"] : []),
      ...(data.dport !== undefined && isEveryPort(data.dport.value) ? ["dport"] : []),
      ...(data.flags?.value.mask.length === 0 && !data.flags.not ? ["flags"] : []),
    ]),
});
export type TcpMatch = InstanceOf<typeof tcp>;
