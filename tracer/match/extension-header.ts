import type { DstMatch } from "../../engine/iptables/extensions/dst.js";
import type { HbhMatch } from "../../engine/iptables/extensions/hbh.js";
import type { HeaderOption as AskedOption } from "../../engine/iptables/extensions/header-options.js";
import type { RtMatch } from "../../engine/iptables/extensions/rt.js";
import { isUnknown, unknown, type Unknown } from "../packet/field.js";
import type { ExtensionHeader, HeaderOption, Packet, Routing } from "../packet/types.js";
import { equal, within } from "./numbers.js";
import { all, truth, type Truth } from "./truth.js";

export const HOP_BY_HOP = 0;
export const ROUTING = 43;
export const DESTINATION_OPTIONS = 60;

/** The type of a routing header that holds segments. */
const SEGMENTS = 4;

/** `ip6t_hbh.c: hbh_mt6`: without the header nothing matches, negated or not. */
export function optionsMatch({ name, length, opts }: DstMatch | HbhMatch, packet: Packet): Truth {
  const header = headerOf(packet, name === "hbh" ? HOP_BY_HOP : DESTINATION_OPTIONS);
  if (header === undefined) return "no";
  if (isUnknown(header)) return header;
  return all([equal(length, header.length), optionsBegin(opts, header)]);
}

/** `ip6t_rt.c: rt_mt6`. */
export function routingMatches(match: RtMatch, packet: Packet): Truth {
  const header = headerOf(packet, ROUTING);
  if (header === undefined) return "no";
  if (isUnknown(header)) return header;
  const { type, segsleft, len, reserved } = match;
  const { routing } = header;
  if (routing === undefined) return unknown("what the packet's routing header holds is not given");
  return all([
    equal(type, routing.type),
    within(segsleft, routing.segmentsLeft),
    equal(len, header.length),
    reserved === true
      ? unknown("the reserved octets of the packet's routing header are not given")
      : "yes",
    addressesMatch(match, routing),
  ]);
}

/** `ip6t_srh.c: srh_mt6`, for a routing header of another type surely not. */
export function segmentsMatch(packet: Packet): Truth {
  const header = headerOf(packet, ROUTING);
  if (header === undefined) return "no";
  if (isUnknown(header)) return header;
  const { routing } = header;
  if (routing !== undefined && routing.type !== SEGMENTS) return "no";
  return unknown("the segments of the packet's routing header are not given");
}

/** The first header of this kind (`ipv6_find_hdr`). */
function headerOf(
  { extensionHeaders, fragment }: Packet,
  header: number,
): ExtensionHeader | Unknown | undefined {
  if (isUnknown(extensionHeaders)) return extensionHeaders;
  if (fragment !== undefined && fragment.offset > 0) return undefined;
  return extensionHeaders.find((candidate) => candidate.header === header);
}

/** The options asked for are the first ones of the header, in this order. */
function optionsBegin(
  asked: readonly AskedOption[] | undefined,
  { options }: ExtensionHeader,
): Truth {
  if (asked === undefined) return "yes";
  if (options === undefined) return unknown("the options in the packet's header are not given");
  return truth(asked.every((option, at) => isOption(option, options[at])));
}

function isOption({ type, length }: AskedOption, found: HeaderOption | undefined): boolean {
  if (found?.type !== type) return false;
  return length === undefined || length === found.length;
}

/** All addresses of a type 0 header, or with `--rt-0-not-strict` those asked for in their order. */
function addressesMatch({ addresses, notStrict }: RtMatch, routing: Routing): Truth {
  if (addresses === undefined) return "yes";
  if (notStrict !== true) {
    const same = addresses.every((address, at) => address === routing.addresses[at]);
    return truth(same && addresses.length === routing.addresses.length);
  }
  let met = 0;
  for (const address of routing.addresses) if (address === addresses[met]) met++;
  return truth(met === addresses.length);
}
