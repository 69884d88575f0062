import {
  countGiven,
  define,
  lastGiven,
  leaveToHost,
  negatable,
  option,
  refuse,
  type Codec,
  type InstanceOf,
} from "./define.js";
import { MAX_32, oneWord, parseNumber, present, type Range } from "./codecs.js";

/** What `useradd` and `groupadd` let be a name. */
const NAME = /^[a-z_][\w.-]*\$?$/i;

/** `ID` or `MIN-MAX`. Of names only `root` is the same on every host, and only that is read. */
const ids: Codec<Range> = oneWord(
  (text) => {
    if (text === "root") return { min: 0, max: 0 };
    if (NAME.test(text)) {
      return leaveToHost(`"${text}" is a name that iptables looks up when it loads the rule`);
    }
    const [low = "", high = low, ...rest] = text.split(/[-:]/);
    const min = parseNumber(low, 0, MAX_32 - 1);
    const max = parseNumber(high, 0, MAX_32 - 1);
    if (typeof min !== "number" || typeof max !== "number" || rest.length > 0) {
      return refuse(`"${text}" is neither a number nor a name`);
    }
    return { min, max };
  },
  ({ min, max }) => (min === max ? String(min) : `${min}-${max}`),
);

/** Whether `--gid-owner` was given behind `--suppl-groups`. */
function isBehind(data: { readonly gid?: unknown; readonly supplGroups?: unknown }): boolean {
  return lastGiven(data, ["gid", "supplGroups"]) === "gid";
}

/** Who owns the local socket that sends (kernel: `net/netfilter/xt_owner.c: owner_mt`). */
export const owner = define({
  name: "owner",
  families: [4, 6],
  hooks: ["OUTPUT", "POSTROUTING"],
  options: {
    socketExists: negatable("--socket-exists", present),
    uid: negatable("--uid-owner", ids),
    gid: negatable("--gid-owner", ids),
    supplGroups: option("--suppl-groups", present),
  },
  check: (data) => {
    const ranges = [data.uid?.value, data.gid?.value];
    if (countGiven(data.socketExists, data.uid, data.gid) === 0)
      return "at least one option is required";
    if (data.supplGroups === true && (data.gid === undefined || isBehind(data))) {
      return "--suppl-groups needs --gid-owner before it";
    }
    return ranges.some((range) => range !== undefined && range.min > range.max)
      ? "the range of ids runs backwards"
      : undefined;
  },
});
export type OwnerMatch = InstanceOf<typeof owner>;
