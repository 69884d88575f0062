import { countGiven, define, heedless, repeatable, type InstanceOf } from "./define.js";
import { MAX_32, number, present } from "./codecs.js";
import { setReference } from "./set-reference.js";

/** Changes ipsets, or takes marks from them (kernel: `net/netfilter/xt_set.c: set_target_v3`). */
export const setTarget = define({
  name: "SET",
  families: [4, 6],
  terminates: false,
  options: {
    addSet: heedless("--add-set", setReference),
    exist: repeatable("--exist", present),
    /** Seconds. */
    timeout: repeatable("--timeout", number(0, MAX_32 - 1)),
    delSet: heedless("--del-set", setReference),
    mapSet: heedless("--map-set", setReference),
    mapMark: repeatable("--map-mark", present),
    mapPrio: repeatable("--map-prio", present),
    mapQueue: repeatable("--map-queue", present),
  },
  // Marks are mapped in the table mangle only, the others also where the packet leaves.
  hooksFor: ({ mapPrio, mapQueue }) =>
    countGiven(mapPrio, mapQueue) > 0 ? ["FORWARD", "OUTPUT", "POSTROUTING"] : undefined,
  check: (data) => {
    const mapped = countGiven(data.mapMark, data.mapPrio, data.mapQueue);
    if (countGiven(data.addSet, data.delSet, data.mapSet) === 0) {
      return "one of --add-set, --del-set, --map-set is required";
    }
    if (data.addSet === undefined && countGiven(data.exist, data.timeout) > 0) {
      return "--exist and --timeout need --add-set";
    }
    if ((data.mapSet === undefined) === mapped > 0) {
      return "--map-set goes with --map-mark, --map-prio or --map-queue";
    }
    return undefined;
  },
});
export type SetTarget = InstanceOf<typeof setTarget>;
