import { TCP } from "../../net/protocol.js";
import { define, negatable, type InstanceOf } from "./define.js";
import { MAX_16, numberRange } from "./codecs.js";

/** The MSS option of TCP SYN packets (kernel: `net/netfilter/xt_tcpmss.c`). */
export const tcpmss = define({
  name: "tcpmss",
  families: [4, 6],
  options: { mss: negatable("--mss", numberRange(MAX_16)) },
  check: ({ mss }, { protocol }) => {
    if (mss === undefined) return "--mss is required";
    if (protocol !== TCP) return "-p tcp is required";
    return mss.value.min > mss.value.max ? "the range runs backwards" : undefined;
  },
});
export type TcpmssMatch = InstanceOf<typeof tcpmss>;
