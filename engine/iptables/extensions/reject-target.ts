import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { oneWord } from "./codecs.js";

/** The names a save prints, and the others that are read, per family. */
const REPLIES_4: Readonly<Record<string, string>> = {
  "net-unreach": "icmp-net-unreachable",
  "host-unreach": "icmp-host-unreachable",
  "proto-unreach": "icmp-proto-unreachable",
  "port-unreach": "icmp-port-unreachable",
  "net-prohib": "icmp-net-prohibited",
  "host-prohib": "icmp-host-prohibited",
  "tcp-rst": "tcp-reset",
  "admin-prohib": "icmp-admin-prohibited",
};
const REPLIES_6: Readonly<Record<string, string>> = {
  "no-route": "icmp6-no-route",
  "adm-prohibited": "icmp6-adm-prohibited",
  "addr-unreach": "icmp6-addr-unreachable",
  "port-unreach": "icmp6-port-unreachable",
  "policy-fail": "icmp6-policy-fail",
  "reject-route": "icmp6-reject-route",
};

const reply: Codec<string> = oneWord(
  (text, { family }) => {
    const replies = family === 4 ? REPLIES_4 : { ...REPLIES_6, "tcp-rst": "tcp-reset" };
    const lower = text.toLowerCase();
    return (
      Object.values(replies).find((name) => name === lower) ??
      replies[lower] ??
      refuse(`"${text}" is none of ${Object.values(replies).join(", ")}`)
    );
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
  normalise: (data, { family }) => ({
    rejectWith:
      data.rejectWith ?? (family === 4 ? "icmp-port-unreachable" : "icmp6-port-unreachable"),
  }),
});
export type RejectTarget = InstanceOf<typeof reject>;
