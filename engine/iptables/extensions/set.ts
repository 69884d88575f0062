import { collected, define, negatable, option, refuse, type InstanceOf } from "./define.js";
import { counter, present } from "./codecs.js";
import { setReference } from "./set-reference.js";

/** Kernel: `net/netfilter/xt_set.c: set_match_v4`. Counter conditions need a set with counters. */
export const set = define({
  name: "set",
  families: [4, 6],
  options: {
    matchSet: negatable("--match-set", setReference, { aliases: ["--set"] }),
    returnNomatch: collected("--return-nomatch", present, (_, now, not) =>
      not ? refuse("it cannot be inverted") : now,
    ),
    /** Negated: matching leaves the entry's counters alone. */
    updateCounters: negatable("--update-counters", present),
    updateSubcounters: negatable("--update-subcounters", present),
    packetsEq: negatable("--packets-eq", counter),
    packetsLt: option("--packets-lt", counter),
    packetsGt: option("--packets-gt", counter),
    bytesEq: negatable("--bytes-eq", counter),
    bytesLt: option("--bytes-lt", counter),
    bytesGt: option("--bytes-gt", counter),
  },
  check: (data) => {
    const packets = [data.packetsEq, data.packetsLt, data.packetsGt];
    const bytes = [data.bytesEq, data.bytesLt, data.bytesGt];
    if (data.matchSet === undefined) return "--match-set is required";
    if ([packets, bytes].some((given) => given.filter((one) => one !== undefined).length > 1)) {
      return "only one each of the --packets- and --bytes- options is allowed";
    }
    return undefined;
  },
  // Counters are updated unless the option is negated, so that asking for it says nothing.
  normalise: ({ updateCounters, updateSubcounters, ...data }) => ({
    ...data,
    ...(updateCounters?.not === true ? { updateCounters } : {}),
    ...(updateSubcounters?.not === true ? { updateSubcounters } : {}),
  }),
});
export type SetMatch = InstanceOf<typeof set>;
