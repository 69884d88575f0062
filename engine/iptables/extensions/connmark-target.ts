import { countGiven, define, option, type Codec, type InstanceOf } from "./define.js";
import { hex, MAX_32, number, present } from "./codecs.js";
import { saveOptions } from "./save.js";
import { MARK_NOTATIONS, setXmark } from "./set-xmark.js";

const mask: Codec<number> = { ...number(0, MAX_32), write: hex };
const shift = number(0, 32);

const options = {
  xmark: option("--set-xmark", setXmark, { also: MARK_NOTATIONS }),
  save: option("--save-mark", present),
  restore: option("--restore-mark", present),
  nfmask: option("--nfmask", mask),
  ctmask: option("--ctmask", mask),
  /** Both masks at once. */
  mask: option("--mask", mask),
  leftShift: option("--left-shift-mark", shift),
  rightShift: option("--right-shift-mark", shift),
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
  normalise: ({ mask: both, nfmask, ctmask, leftShift, rightShift, ...data }) => ({
    ...data,
    // Setting looks at the mask of --set-xmark alone.
    ...(data.xmark === undefined
      ? { nfmask: nfmask ?? both ?? MAX_32, ctmask: ctmask ?? both ?? MAX_32 }
      : {}),
    ...(leftShift === undefined || leftShift === 0 ? {} : { leftShift }),
    ...(rightShift === undefined || rightShift === 0 ? {} : { rightShift }),
  }),
  save: (data, reading) =>
    saveOptions(options, data, reading, data.xmark === undefined ? [] : ["nfmask", "ctmask"]),
});
export type ConnmarkTarget = InstanceOf<typeof connmarkTarget>;
