import {
  familyOf,
  formatAddress,
  parseAddress,
  widthOf,
  type Address,
  type Family,
} from "../net/ip.js";
import { lengthOfMask, parsePrefix } from "../net/prefix.js";

/** A range of addresses that something gives out. */
export interface Network {
  readonly family: Family;
  readonly text: string;
  readonly first: Address;
  readonly length: number;
  /** How many addresses; of a large IPv6 network only nearly so. */
  readonly size: number;
}

/** `undefined` for what is no network such as `10.0.0.0/16` or `fd00::/48`. */
export function readNetwork(text: string): Network | undefined {
  const prefix = text.includes("/") ? parsePrefix(text) : undefined;
  const length = prefix === undefined ? undefined : lengthOfMask(prefix.mask);
  if (prefix === undefined || length === undefined) return undefined;
  const family = familyOf(prefix.address);
  return { family, text, first: prefix.address, length, size: 2 ** (widthOf(family) - length) };
}

/** One network, or one of each family with a comma between, as components' flags take them. */
export function networksOf(text: string): readonly Network[] {
  return text.split(",").flatMap((part) => readNetwork(part.trim()) ?? []);
}

export function networkOf(text: string, family: Family): Network | undefined {
  return networksOf(text).find((network) => network.family === family);
}

/** The address that is so far from the network's first. */
export function addressAt({ first }: Network, offset: number): string {
  return formatAddress(typeof first === "number" ? first + offset : first + BigInt(offset));
}

/** How far an address is from the network's first; `undefined` outside of it. */
export function offsetIn({ first, size }: Network, ip: string): number | undefined {
  const address = parseAddress(ip);
  if (address === undefined || typeof address !== typeof first) return undefined;
  const offset = Number(BigInt(address) - BigInt(first));
  return offset >= 0 && offset < size ? offset : undefined;
}

export type FamilyName = "IPv4" | "IPv6";

/** As API objects name a family. */
export function familyName(family: Family): FamilyName {
  return family === 4 ? "IPv4" : "IPv6";
}

/** The family of an address; `undefined` for what is none. */
export function familyOfIp(ip: string): Family | undefined {
  const address = parseAddress(ip);
  return address === undefined ? undefined : familyOf(address);
}

/** `10.0.0.2:80`, `[fd00::2]:80`. */
export function hostPort(ip: string, port: number | string): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** The first of some addresses that is of a family. */
export function ipOfFamily(ips: readonly string[], family: Family): string | undefined {
  return ips.find((ip) => familyOfIp(ip) === family);
}
