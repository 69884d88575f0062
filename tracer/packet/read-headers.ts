import { parseAddress, type Address } from "../../engine/net/ip.js";
import { unknown } from "./field.js";
import type { ExtensionHeader, HeaderOption, Routing } from "./types.js";

/** IPv6 extension headers by the names that `-m ipv6header` knows them by. */
const NAMES: ReadonlyMap<unknown, number> = new Map([
  ["hop-by-hop", 0],
  ["ipv6-route", 43],
  ["ah", 51],
  ["ipv6-opts", 60],
]);

const SHAPE =
  '{"header": "hop-by-hop", "ipv6-route", "ah" or "ipv6-opts", "length": OCTETS, ' +
  '"options": [{"type": N, "length": N}], ' +
  '"routing": {"type": N, "segmentsLeft": N, "addresses": [ADDRESS]}}';

/** A list of `{"header": NAME, ...}`; what is wrong with it in words. */
export function readHeaders(given: unknown): readonly ExtensionHeader[] | string {
  if (!Array.isArray(given)) return `${JSON.stringify(given)} is no list of ${SHAPE}`;
  const headers: ExtensionHeader[] = [];
  for (const item of given) {
    const header = headerOf(item);
    if (header === undefined) return `${JSON.stringify(item)} is no ${SHAPE}`;
    headers.push(header);
  }
  return headers;
}

function headerOf(given: unknown): ExtensionHeader | undefined {
  const parts = partsOf(given);
  const header = NAMES.get(parts?.["header"]);
  if (parts === undefined || header === undefined) return undefined;
  const { length, options, routing } = parts;
  const octets = length === undefined ? LENGTH_UNKNOWN : octetsOf(length, 2048);
  const list = options === undefined ? undefined : listOf(options, optionOf);
  const way = routing === undefined ? undefined : routingOf(routing);
  if (octets === undefined) return undefined;
  if (options !== undefined && list === undefined) return undefined;
  if (routing !== undefined && way === undefined) return undefined;
  return {
    header,
    length: octets,
    ...(list === undefined ? {} : { options: list }),
    ...(way === undefined ? {} : { routing: way }),
  };
}

const LENGTH_UNKNOWN = unknown("the length of the packet's extension header is not given");

function optionOf(given: unknown): HeaderOption | undefined {
  const parts = partsOf(given);
  const type = octetsOf(parts?.["type"], 255);
  const length = octetsOf(parts?.["length"] ?? 0, 255);
  return type === undefined || length === undefined ? undefined : { type, length };
}

function routingOf(given: unknown): Routing | undefined {
  const parts = partsOf(given);
  const type = octetsOf(parts?.["type"], 255);
  const segmentsLeft = octetsOf(parts?.["segmentsLeft"] ?? 0, 255);
  const addresses = listOf(parts?.["addresses"] ?? [], addressOf);
  if (type === undefined || segmentsLeft === undefined || addresses === undefined) return undefined;
  return { type, segmentsLeft, addresses };
}

function addressOf(given: unknown): Address | undefined {
  const address = typeof given === "string" ? parseAddress(given) : undefined;
  return typeof address === "bigint" ? address : undefined;
}

function listOf<T>(given: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(given)) return undefined;
  const items = given.flatMap((item) => read(item) ?? []);
  return items.length === given.length ? items : undefined;
}

function octetsOf(given: unknown, max: number): number | undefined {
  const fits = typeof given === "number" && Number.isInteger(given) && given >= 0 && given <= max;
  return fits ? given : undefined;
}

function partsOf(given: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof given === "object" && given !== null && !Array.isArray(given)
    ? { ...given }
    : undefined;
}
