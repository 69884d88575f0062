import { formatAddress } from "../../net/ip.js";
import { lengthOfMask } from "../../net/prefix.js";
import type { Negatable } from "../types.js";
import { define, lastGiven, negatable, type Codec, type InstanceOf } from "./define.js";
import { readMaskedAddress, type MaskedAddress } from "./address-codecs.js";
import { MAX_16, MAX_8, number, oneWord } from "./codecs.js";

/** A segment, with the length of its mask even where that is whole. */
const segment: Codec<MaskedAddress> = oneWord(
  readMaskedAddress,
  ({ address, mask }) => `${formatAddress(address)}/${lengthOfMask(mask) ?? 0}`,
);

const octet = number(0, MAX_8);

const options = {
  nextHeader: negatable("--srh-next-hdr", octet),
  lengthEq: negatable("--srh-hdr-len-eq", octet),
  lengthGt: negatable("--srh-hdr-len-gt", octet),
  lengthLt: negatable("--srh-hdr-len-lt", octet),
  leftEq: negatable("--srh-segs-left-eq", octet),
  leftGt: negatable("--srh-segs-left-gt", octet),
  leftLt: negatable("--srh-segs-left-lt", octet),
  lastEq: negatable("--srh-last-entry-eq", octet),
  lastGt: negatable("--srh-last-entry-gt", octet),
  lastLt: negatable("--srh-last-entry-lt", octet),
  tag: negatable("--srh-tag", number(0, MAX_16)),
  previous: negatable("--srh-psid", segment),
  next: negatable("--srh-nsid", segment),
  last: negatable("--srh-lsid", segment),
};

/** Options for which the kernel has one number only: that of the last which is given. */
const SHARED = [
  ["lengthEq", "lengthGt", "lengthLt"],
  ["leftEq", "leftGt", "leftLt"],
  ["lastEq", "lastGt", "lastLt"],
] as const;

type Numbers = { readonly [Key in (typeof SHARED)[number][number]]?: Negatable<number> };

function shared(data: Numbers): Numbers {
  const same: { -readonly [Key in keyof Numbers]: Negatable<number> } = {};
  for (const keys of SHARED) {
    const given = lastGiven(data, keys);
    const value = given === undefined ? undefined : data[given]?.value;
    for (const key of keys) {
      const asked = data[key];
      if (asked !== undefined && value !== undefined) same[key] = { not: asked.not, value };
    }
  }
  return same;
}

/** IPv6 segment routing header (kernel: `net/ipv6/netfilter/ip6t_srh.c`). */
export const srh = define({
  name: "srh",
  families: [6],
  options,
  normalise: (data) => ({ ...data, ...shared(data) }),
});
export type SrhMatch = InstanceOf<typeof srh>;
