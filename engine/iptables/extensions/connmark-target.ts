import { countGiven, define, lastGiven, option, type Codec, type InstanceOf } from "./define.js";
import { hex, MAX_32, number, present } from "./codecs.js";
import { MARK_NOTATIONS, setXmark } from "./set-xmark.js";

const mask: Codec<number> = { ...number(0, MAX_32), write: hex };
const bitCount = number(0, 31);

const options = {
  xmark: option("--set-xmark", setXmark, { also: MARK_NOTATIONS }),
  save: option("--save-mark", present),
  restore: option("--restore-mark", present),
  nfmask: option("--nfmask", mask),
  ctmask: option("--ctmask", mask),
  /** Both masks at once. */
  mask: option("--mask", mask),
  leftShift: option("--left-shift-mark", bitCount),
  rightShift: option("--right-shift-mark", bitCount),
};

/** The connection's mark (kernel: `net/netfilter/xt_connmark.c: connmark_tg_shift`). */
export const connmarkTarget = define({
  name: "CONNMARK",
  families: [4, 6],
  terminates: false,
  options,
  check: (data) => {
    if (countGiven(data.xmark, data.save, data.restore) !== 1) {
      return "exactly one of --set-xmark, --save-mark, --restore-mark or their kin is required";
    }
    return data.mask !== undefined && countGiven(data.nfmask, data.ctmask) > 0
      ? "--mask excludes --nfmask and --ctmask"
      : undefined;
  },
  normalise: (given) => {
    const { xmark, mask: both, nfmask, ctmask, leftShift, rightShift, ...data } = given;
    const shift = lastGiven(given, ["leftShift", "rightShift"]);
    const masked = lastGiven(given, ["xmark", "ctmask", "mask"]);
    return {
      ...data,
      // Setting has the one mask of the connection; the last option that gives it counts.
      ...(xmark === undefined
        ? { nfmask: nfmask ?? both ?? MAX_32, ctmask: ctmask ?? both ?? MAX_32 }
        : { xmark: masked === "xmark" ? xmark : { ...xmark, mask: ctmask ?? both ?? xmark.mask } }),
      ...(shift === "leftShift" && leftShift !== undefined && leftShift > 0 ? { leftShift } : {}),
      ...(shift === "rightShift" && rightShift !== undefined && rightShift > 0
        ? { rightShift }
        : {}),
    };
  },
});
export type ConnmarkTarget = InstanceOf<typeof connmarkTarget>;
