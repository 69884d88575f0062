import { TCP } from "../../net/protocol.js";
import { define, negatable, option, type InstanceOf } from "./define.js";
import { number } from "./codecs.js";
import { name } from "./text-codecs.js";

/** The sender's system, guessed from its SYN (kernel: `net/netfilter/xt_osf.c`). */
export const osf = define({
  name: "osf",
  families: [4],
  hooks: ["PREROUTING", "INPUT", "FORWARD"],
  options: {
    genre: negatable("--genre", name(31)),
    ttl: option("--ttl", number(0, 2)),
    log: option("--log", number(0, 2)),
  },
  check: ({ genre }, { protocol }) => {
    if (genre === undefined) return "--genre is required";
    return protocol === TCP ? undefined : "-p tcp is required";
  },
});
export type OsfMatch = InstanceOf<typeof osf>;
