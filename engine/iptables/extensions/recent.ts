import { define, negatable, option, type InstanceOf } from "./define.js";
import { address, number, present, word, MAX_32 } from "./codecs.js";

/** Kernel: `net/netfilter/xt_recent.c: recent_mt`. */
export const recent = define({
  name: "recent",
  families: [4, 6],
  options: {
    set: negatable("--set", present),
    rcheck: negatable("--rcheck", present),
    update: negatable("--update", present),
    remove: negatable("--remove", present),
    seconds: option("--seconds", number(1, MAX_32)),
    reap: option("--reap", present),
    hitcount: option("--hitcount", number(1, 65535)),
    rttl: option("--rttl", present),
    list: option("--name", word),
    mask: option("--mask", address),
    rsource: option("--rsource", present),
    rdest: option("--rdest", present),
  },
});
export type RecentMatch = InstanceOf<typeof recent>;
