import { formatAddress, parseAddressOf, type Address, type Family } from "../../net/ip.js";
import { parsePort } from "../../net/port.js";
import { refuse, type Codec, type Refusal } from "./define.js";
import { oneWord, type Range } from "./codecs.js";

/** What NAT rewrites to (kernel: `struct nf_nat_range2`). */
export interface NatRange {
  readonly addresses?: { readonly min: Address; readonly max: Address };
  /** `base` is the first port of the destination side of a shifted mapping (`9000-9003/80`). */
  readonly ports?: Range & { readonly base?: number };
}

/** `ADDR[-ADDR][:PORT[-PORT[/BASE]]]`, IPv6 with ports in brackets, or `:PORT` alone. */
export const natRange: Codec<NatRange> = oneWord(
  (text, { family }) => readNatRange(text, family),
  writeNatRange,
);

function readNatRange(text: string, family: Family): NatRange | Refusal {
  const shape =
    family === 4
      ? /^(?<low>[^:-]*)(?:-(?<high>[^:]*))?(?::(?<ports>.*))?$/
      : /^\[?(?<low>[^\]-]*)\]?(?:-\[?(?<high>[^\]]*)\]?)?(?:(?<=\]):(?<ports>.*))?$/;
  const parts = shape.exec(text)?.groups;
  if (parts === undefined) return refuse(`"${text}" is no address to translate to`);
  const ports = parts["ports"] === undefined ? undefined : readPorts(parts["ports"]);
  if (ports !== undefined && "refused" in ports) return ports;
  const low = parts["low"] ?? "";
  if (low === "" && ports !== undefined) return { ports };
  const min = parseAddressOf(family, low);
  const max = parts["high"] === undefined ? min : parseAddressOf(family, parts["high"]);
  if (min === undefined || max === undefined) {
    return refuse(`"${text}" holds no IPv${family} address`);
  }
  const addresses = { min, max };
  return ports === undefined ? { addresses } : { addresses, ports };
}

function readPorts(text: string): NonNullable<NatRange["ports"]> | Refusal {
  const parts = /^([^-/]+)(?:-([^/]+))?(?:\/(.+))?$/.exec(text);
  const min = parsePort(parts?.[1] ?? "");
  const max = parts?.[2] === undefined ? min : parsePort(parts[2]);
  if (min === undefined || max === undefined) return refuse(`"${text}" is no port`);
  if (min === 0 || max < min) return refuse(`port range ${text} is invalid`);
  if (parts?.[3] === undefined) return { min, max };
  const base = parsePort(parts[3]);
  return base === undefined ? refuse(`"${parts[3]}" is no port`) : { min, max, base };
}

function writeNatRange({ addresses, ports }: NatRange): string {
  const low = addresses === undefined ? "" : formatAddress(addresses.min);
  const high =
    addresses === undefined || addresses.min === addresses.max
      ? ""
      : `-${formatAddress(addresses.max)}`;
  if (ports === undefined) return `${low}${high}`;
  const bracketed = low.includes(":") ? `[${low}${high}]` : `${low}${high}`;
  const top = ports.max === ports.min ? "" : `-${ports.max}`;
  return `${bracketed}:${ports.min}${top}${ports.base === undefined ? "" : `/${ports.base}`}`;
}
