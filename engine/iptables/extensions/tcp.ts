import { TCP } from "../../net/protocol.js";
import { negatable, define, refuse, isRefusal, type Codec, type InstanceOf } from "./define.js";
import { number, portRange } from "./codecs.js";

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

function readFlags(text: string): readonly TcpFlag[] | ReturnType<typeof refuse> {
  const given = text.toUpperCase().split(",");
  if (given.includes("ALL")) return FLAGS;
  const stray = given.find((flag) => flag !== "NONE" && !FLAGS.some((known) => known === flag));
  if (stray !== undefined) return refuse(`"${stray}" is no TCP flag`);
  return FLAGS.filter((known) => given.includes(known));
}

function writeFlags(list: readonly TcpFlag[]): string {
  return list.length === 0 ? "NONE" : list.join(",");
}

const syn: Codec<TcpFlags> = {
  words: 0,
  read: () => ({ mask: ["FIN", "SYN", "RST", "ACK"], set: ["SYN"] }),
  write: () => "",
};

/** Kernel: `net/netfilter/xt_tcpudp.c: tcp_mt`. */
export const tcp = define({
  name: "tcp",
  families: [4, 6],
  protocol: TCP,
  options: {
    sport: negatable("--sport", portRange, { aliases: ["--source-port"] }),
    dport: negatable("--dport", portRange, { aliases: ["--destination-port"] }),
    tcpOption: negatable("--tcp-option", number(1, 255)),
    flags: negatable("--tcp-flags", flags, { also: { "--syn": syn } }),
  },
});
export type TcpMatch = InstanceOf<typeof tcp>;
