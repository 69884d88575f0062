import { TCP } from "../../net/protocol.js";
import { countGiven, define, negatable, type InstanceOf } from "./define.js";
import { number, present } from "./codecs.js";

/** Explicit congestion notification (kernel: `net/netfilter/xt_ecn.c`). */
export const ecn = define({
  name: "ecn",
  families: [4, 6],
  options: {
    ece: negatable("--ecn-tcp-ece", present),
    cwr: negatable("--ecn-tcp-cwr", present),
    codepoint: negatable("--ecn-ip-ect", number(0, 3)),
  },
  check: ({ ece, cwr, codepoint }, { protocol }) => {
    if (countGiven(ece, cwr, codepoint) === 0) return "at least one option is required";
    return (ece ?? cwr) !== undefined && protocol !== TCP
      ? "--ecn-tcp-ece and --ecn-tcp-cwr need -p tcp"
      : undefined;
  },
});
export type EcnMatch = InstanceOf<typeof ecn>;
