import { TCP } from "../../net/protocol.js";
import { countGiven, define, option, type InstanceOf } from "./define.js";
import { number, present } from "./codecs.js";
import { saveOptions } from "./save.js";

const options = {
  remove: option("--ecn-tcp-remove", present),
  ece: option("--ecn-tcp-ece", number(0, 1)),
  cwr: option("--ecn-tcp-cwr", number(0, 1)),
  codepoint: option("--ecn-ip-ect", number(0, 3)),
};

/** Changes bits of congestion notification (kernel: `net/ipv4/netfilter/ipt_ECN.c`). */
export const ecnTarget = define({
  name: "ECN",
  families: [4],
  terminates: false,
  tables: ["mangle"],
  options,
  check: ({ remove, ece, cwr, codepoint }, { protocol }) => {
    if (countGiven(remove, ece, cwr, codepoint) === 0) return "an option is required";
    if (remove === true && (ece ?? cwr) !== undefined) {
      return "--ecn-tcp-remove excludes --ecn-tcp-ece and --ecn-tcp-cwr";
    }
    return countGiven(remove, ece, cwr) > 0 && protocol !== TCP
      ? "the options of TCP need -p tcp"
      : undefined;
  },
  normalise: ({ remove, ...data }) => (remove === true ? { ece: 0, cwr: 0, ...data } : data),
  save: (data, reading) =>
    data.ece === 0 && data.cwr === 0 && data.codepoint === undefined
      ? "--ecn-tcp-remove"
      : saveOptions(options, data, reading),
});
export type EcnTarget = InstanceOf<typeof ecnTarget>;
