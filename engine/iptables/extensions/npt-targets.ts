import { lengthOfMask } from "../../net/prefix.js";
import { maskedAddress, type MaskedAddress } from "./address-codecs.js";
import { define, option, type InstanceOf, type Reading } from "./define.js";
import { saveOptions } from "./save.js";

const options = {
  source: option("--src-pfx", maskedAddress),
  destination: option("--dst-pfx", maskedAddress),
};

interface Prefixes {
  readonly source?: MaskedAddress;
  readonly destination?: MaskedAddress;
}

/** A save says nothing of a prefix that begins with zeros only. */
function savePrefixes(data: Prefixes, reading: Reading): string {
  const silent = [
    ...(data.source?.address === 0n ? ["source"] : []),
    ...(data.destination?.address === 0n ? ["destination"] : []),
  ];
  return saveOptions(options, { ...data }, reading, silent);
}

/** `ip6t_NPT.c: ip6t_npt_checkentry`. */
function prefixTrouble({ source, destination }: Prefixes): string | undefined {
  if (source === undefined || destination === undefined) {
    return "--src-pfx and --dst-pfx are required";
  }
  return isPrefix(source) && isPrefix(destination)
    ? undefined
    : "the kernel takes prefixes of at most 64 bits, without host bits";
}

function isPrefix({ address, mask }: MaskedAddress): boolean {
  const hostBits = BigInt(address) & ~BigInt(mask);
  return (lengthOfMask(mask) ?? 128) <= 64 && hostBits === 0n;
}

/** Translates the prefix of the source, without connections (RFC 6296; kernel: `ip6t_NPT.c`). */
export const snpt = define({
  name: "SNPT",
  families: [6],
  terminates: false,
  tables: ["mangle"],
  hooks: ["INPUT", "POSTROUTING"],
  options,
  check: prefixTrouble,
  save: savePrefixes,
});

/** As `SNPT`, of the destination. */
export const dnpt = define({
  name: "DNPT",
  families: [6],
  terminates: false,
  tables: ["mangle"],
  hooks: ["PREROUTING", "OUTPUT"],
  options,
  check: prefixTrouble,
  save: savePrefixes,
});
export type SnptTarget = InstanceOf<typeof snpt>;
export type DnptTarget = InstanceOf<typeof dnpt>;
