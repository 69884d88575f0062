import { TCP } from "../../net/protocol.js";
import { countGiven, define, lastGiven, option, type InstanceOf } from "./define.js";
import { MAX_16, number, present } from "./codecs.js";

/**
 * Lowers the MSS of TCP SYN packets (kernel: `net/netfilter/xt_TCPMSS.c`). The legacy backend also
 * asks the rule to match SYN: `-m tcp --tcp-flags ... SYN`.
 */
export const tcpmssTarget = define({
  name: "TCPMSS",
  families: [4, 6],
  terminates: false,
  options: {
    setMss: option("--set-mss", number(0, MAX_16 - 20)),
    clampMssToPmtu: option("--clamp-mss-to-pmtu", present),
  },
  hooksFor: (data) =>
    data.clampMssToPmtu === true ? ["FORWARD", "OUTPUT", "POSTROUTING"] : undefined,
  check: (data, { family, protocol }) => {
    if (protocol !== TCP) return "-p tcp is required";
    if (countGiven(data.setMss, data.clampMssToPmtu) === 0) {
      return "one of --set-mss and --clamp-mss-to-pmtu is required";
    }
    return family === 6 && (data.setMss ?? 0) > MAX_16 - 40 ? "--set-mss is too large" : undefined;
  },
  // One field of the kernel's holds both (clamping is its value 65535); the later one counts.
  normalise: (data) => {
    const { setMss } = data;
    if (lastGiven(data, ["setMss", "clampMssToPmtu"]) === "clampMssToPmtu") {
      return { clampMssToPmtu: true };
    }
    return setMss === undefined ? {} : { setMss };
  },
});
export type TcpmssTarget = InstanceOf<typeof tcpmssTarget>;
