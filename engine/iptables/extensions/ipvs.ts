import { countGiven, define, negatable, option, isBare, type InstanceOf } from "./define.js";
import { maskedAddress } from "./address-codecs.js";
import { oneOfAnyCase, present, protocol } from "./codecs.js";
import { resolvedPort } from "./port-codecs.js";
import { saveOptions } from "./save.js";

const options = {
  ipvs: negatable("--ipvs", present),
  vproto: negatable("--vproto", protocol),
  vaddr: negatable("--vaddr", maskedAddress),
  vport: negatable("--vport", resolvedPort),
  vdir: option("--vdir", oneOfAnyCase(["ORIGINAL", "REPLY"])),
  vmethod: negatable("--vmethod", oneOfAnyCase(["GATE", "IPIP", "MASQ"])),
  vportctl: negatable("--vportctl", resolvedPort),
};

/** Connections of IP virtual servers (kernel: `net/netfilter/xt_ipvs.c: ipvs_mt`). */
export const ipvs = define({
  name: "ipvs",
  families: [4, 6],
  options,
  check: (data) => {
    if (isBare(data)) return "at least one option is required";
    return data.ipvs?.not === true && hasDetail(data)
      ? "! --ipvs excludes the other options"
      : undefined;
  },
  // All other options imply --ipvs, and a save prints it only where it stands alone.
  normalise: (data) => (hasDetail(data) ? { ...data, ipvs: { not: false, value: true } } : data),
  save: (data, reading) => saveOptions(options, data, reading, hasDetail(data) ? ["ipvs"] : []),
});
export type IpvsMatch = InstanceOf<typeof ipvs>;

function hasDetail(data: { readonly [Key in keyof typeof options]?: unknown }): boolean {
  return (
    countGiven(data.vproto, data.vaddr, data.vport, data.vdir, data.vmethod, data.vportctl) > 0
  );
}
