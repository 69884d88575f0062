import type { Checked } from "../../engine/errors.js";
import { widthOf, familyOf, type Address } from "../../engine/net/ip.js";
import {
  addressField,
  listField,
  optionalAddress,
  optionalNumber,
  optionalText,
  readEntries,
  refuseField,
  requiredNumber,
  requiredText,
  wordsField,
} from "./entry.js";
import { isObject, readJsonLists, type JsonObject } from "./json.js";
import type { Interface, InterfaceAddress, Scope } from "./types.js";

/** Reads the output of `ip -j addr`, with or without `-d`; `file` is for the faults. */
export function readAddresses(text: string, file?: string): Checked<readonly Interface[]> {
  const lists = readJsonLists(text, "ip -j addr", file);
  const read = readEntries(lists.value, nameOf, readInterface);
  return { value: read.value, faults: [...lists.faults, ...read.faults] };
}

function nameOf(entry: JsonObject, index: number): string {
  const name = entry["ifname"];
  return typeof name === "string" ? `interface ${name}` : `interface ${index + 1}`;
}

function readInterface(entry: JsonObject): Interface {
  const flags = wordsField(entry, "flags");
  const name = requiredText(entry, "ifname");
  const details = entry["linkinfo"];
  return {
    name,
    index: requiredNumber(entry, "ifindex"),
    up: flags.includes("UP"),
    loopback: flags.includes("LOOPBACK") || entry["link_type"] === "loopback" || name === "lo",
    mtu: optionalNumber(entry, "mtu"),
    master: optionalText(entry, "master"),
    kind: isObject(details) ? optionalText(details, "info_kind") : undefined,
    mac: entry["link_type"] === "ether" ? optionalText(entry, "address") : undefined,
    ...groupOf(optionalText(entry, "group")),
    addresses: listField(entry, "addr_info")
      .filter((address) => Object.keys(address).length > 0)
      .map((address, index) => readAddress(address, `addr_info[${index}]`)),
  };
}

/** Other names than that of 0 stand in a file of each host. */
function groupOf(text: string | undefined): Pick<Interface, "group"> {
  if (text === "default") return { group: 0 };
  return text !== undefined && /^\d+$/.test(text) ? { group: Number(text) } : {};
}

function readAddress(entry: JsonObject, path: string): InterfaceAddress {
  const address = addressField(entry, "local");
  const prefixLength = requiredNumber(entry, "prefixlen");
  if (prefixLength > widthOf(familyOf(address))) {
    refuseField(`${path}.prefixlen`, `${prefixLength} is too long for this family`);
  }
  return {
    address,
    prefixLength,
    scope: scopeOf(optionalText(entry, "scope"), `${path}.scope`),
    secondary: entry["secondary"] === true,
    deprecated: entry["deprecated"] === true,
    broadcast: optionalAddress(entry, "broadcast"),
    peer: peerOf(entry, address),
  };
}

/** `address` is the far end of a point-to-point link, and left out where it equals `local`. */
function peerOf(entry: JsonObject, local: Address): Address | undefined {
  const peer = optionalAddress(entry, "address");
  return peer === local ? undefined : peer;
}

function scopeOf(text: string | undefined, field: string): Scope {
  switch (text) {
    case undefined:
    case "global":
      return "global";
    case "site":
    case "link":
    case "host":
      return text;
    default:
      // Numbers and names of /etc/iproute2/rt_scopes: above "site" (200) is nearer than global.
      return /^\d+$/.test(text)
        ? scopeOfNumber(Number(text))
        : refuseField(field, `unknown scope ${text}`);
  }
}

function scopeOfNumber(number: number): Scope {
  if (number >= 254) return "host";
  if (number >= 253) return "link";
  return number >= 200 ? "site" : "global";
}
