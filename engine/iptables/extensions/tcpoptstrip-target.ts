import { parseCNumber } from "../../net/numeric.js";
import { TCP } from "../../net/protocol.js";
import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { MAX_8, oneWord } from "./codecs.js";

const NAMES: ReadonlyMap<string, number> = new Map([
  ["mss", 2],
  ["wscale", 3],
  ["sack-permitted", 4],
  ["sack", 5],
  ["timestamp", 8],
  ["md5", 19],
]);

/** Numbers of TCP options, each once, ascending. */
const optionNumbers: Codec<readonly number[]> = oneWord<readonly number[]>(
  (text) => {
    const found: number[] = [];
    for (const item of text.split(",")) {
      const number = NAMES.get(item) ?? parseCNumber(item);
      if (number === undefined || number > MAX_8) return refuse(`"${item}" is no TCP option`);
      if (number < 2) return refuse("the options 0 and 1 have no data to strip");
      if (found.includes(number)) return refuse(`"${item}" is named twice`);
      found.push(number);
    }
    return found.sort((left, right) => left - right);
  },
  (value) => value.join(","),
);

/** Overwrites TCP options with nothing (kernel: `net/netfilter/xt_TCPOPTSTRIP.c`). */
export const tcpoptstrip = define({
  name: "TCPOPTSTRIP",
  families: [4, 6],
  terminates: false,
  tables: ["mangle"],
  options: { strip: option("--strip-options", optionNumbers) },
  check: (_, { protocol }) => (protocol === TCP ? undefined : "-p tcp is required"),
});
export type TcpoptstripTarget = InstanceOf<typeof tcpoptstrip>;
