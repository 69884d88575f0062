import { TCP } from "../../net/protocol.js";
import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { oneWord, startsWith } from "./codecs.js";

/** The names a save prints, each with its other spelling, in the order in which they are tried. */
const REPLIES_4 = [
  ["icmp-net-unreachable", "net-unreach"],
  ["icmp-host-unreachable", "host-unreach"],
  ["icmp-proto-unreachable", "proto-unreach"],
  ["icmp-port-unreachable", "port-unreach"],
  ["icmp-net-prohibited", "net-prohib"],
  ["icmp-host-prohibited", "host-prohib"],
  ["tcp-reset", "tcp-rst"],
  ["icmp-admin-prohibited", "admin-prohib"],
] as const;
const REPLIES_6 = [
  ["icmp6-no-route", "no-route"],
  ["icmp6-adm-prohibited", "adm-prohibited"],
  ["icmp6-addr-unreachable", "addr-unreach"],
  ["icmp6-port-unreachable", "port-unreach"],
  ["tcp-reset", "tcp-reset"],
  ["icmp6-policy-fail", "policy-fail"],
  ["icmp6-reject-route", "reject-route"],
] as const;

const reply: Codec<string> = oneWord<string>(
  (text, { family }) => {
    const replies = family === 4 ? REPLIES_4 : REPLIES_6;
    const found = replies.find(
      ([name, short]) => startsWith(name, text) || startsWith(short, text),
    );
    return found?.[0] ?? refuse(`"${text}" is none of ${replies.map(([name]) => name).join(", ")}`);
  },
  (value) => value,
);

/** Answers and drops (kernel: `ipt_REJECT.c`, `ip6t_REJECT.c`). */
export const reject = define({
  name: "REJECT",
  families: [4, 6],
  terminates: true,
  tables: ["filter"],
  hooks: ["INPUT", "FORWARD", "OUTPUT"],
  options: { rejectWith: option("--reject-with", reply) },
  check: ({ rejectWith }, { protocol }) =>
    rejectWith === "tcp-reset" && protocol !== TCP ? "tcp-reset needs -p tcp" : undefined,
  normalise: (data, { family }) => ({
    rejectWith:
      data.rejectWith ?? (family === 4 ? "icmp-port-unreachable" : "icmp6-port-unreachable"),
  }),
});
export type RejectTarget = InstanceOf<typeof reject>;
