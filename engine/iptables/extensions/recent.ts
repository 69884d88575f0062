import { allOnes } from "../../net/prefix.js";
import { define, lastGiven, negatable, option, type InstanceOf } from "./define.js";
import { address } from "./address-codecs.js";
import { number, present, MAX_32 } from "./codecs.js";
import { isFileName, name } from "./text-codecs.js";

/** Kernel: `net/netfilter/xt_recent.c: recent_mt`, refusals `recent_mt_check`. */
export const recent = define({
  name: "recent",
  families: [4, 6],
  options: {
    set: negatable("--set", present),
    rcheck: negatable("--rcheck", present),
    update: negatable("--update", present),
    remove: negatable("--remove", present),
    /** A save prints it as a signed number. */
    seconds: option("--seconds", { ...number(1, MAX_32), write: (value) => String(value | 0) }),
    reap: option("--reap", present),
    /** At most what the module's `ip_pkt_list_tot` allows; beyond 65535 no kernel takes it. */
    hitcount: option("--hitcount", number(0, 65535)),
    rttl: option("--rttl", present),
    list: option("--name", name(199)),
    mask: option("--mask", address),
    rsource: option("--rsource", present),
    rdest: option("--rdest", present),
  },
  check: (data) => {
    const operations = [data.set, data.rcheck, data.update, data.remove];
    const given = operations.filter((operation) => operation !== undefined).length;
    if (given !== 1) return "exactly one of --set, --rcheck, --update, --remove is required";
    if (data.reap === true && data.seconds === undefined) return "--reap needs --seconds";
    const checks = data.rcheck ?? data.update;
    if (data.rttl === true && checks === undefined) return "--rttl needs --rcheck or --update";
    if (checks === undefined && (data.seconds !== undefined || (data.hitcount ?? 0) > 0)) {
      return "--seconds and --hitcount need --rcheck or --update";
    }
    return data.list === undefined || isFileName(data.list) ? undefined : "--name is no file name";
  },
  normalise: (given, { family }) => {
    const { hitcount, rsource: _source, rdest: _dest, ...data } = given;
    return {
      ...data,
      ...(hitcount === undefined || hitcount === 0 ? {} : { hitcount }),
      list: data.list ?? "DEFAULT",
      mask: data.mask ?? allOnes(family),
      // The later one counts.
      ...(lastGiven(given, ["rsource", "rdest"]) === "rdest" ? { rdest: true } : { rsource: true }),
    };
  },
});
export type RecentMatch = InstanceOf<typeof recent>;
