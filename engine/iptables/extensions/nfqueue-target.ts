import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { MAX_16, number, numberRange, present, type Range } from "./codecs.js";

const ids = numberRange(MAX_16);
const queues: Codec<Range> = {
  ...ids,
  read: (words, reading) => {
    const range = ids.read(words, reading);
    if ("refused" in range) return range;
    const count = range.max - range.min + 1;
    if (count > MAX_16) return refuse("all 65536 queues are one too many");
    return count > 1 ? range : refuse("a range FIRST:LAST is needed");
  },
};

/** To a program, which decides; the packet goes on from here if it says so (`xt_NFQUEUE.c`). */
export const nfqueue = define({
  name: "NFQUEUE",
  families: [4, 6],
  terminates: true,
  options: {
    balance: option("--queue-balance", queues),
    num: option("--queue-num", number(0, MAX_16)),
    bypass: option("--queue-bypass", present),
    cpuFanout: option("--queue-cpu-fanout", present),
  },
  check: (data) => {
    if (data.balance !== undefined && data.num !== undefined) {
      return "--queue-num and --queue-balance exclude each other";
    }
    return data.cpuFanout === true && data.balance === undefined
      ? "--queue-cpu-fanout needs --queue-balance"
      : undefined;
  },
  normalise: (data) => (data.balance === undefined ? { ...data, num: data.num ?? 0 } : data),
});
export type NfqueueTarget = InstanceOf<typeof nfqueue>;
