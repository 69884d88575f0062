import { parseCNumber } from "../../net/numeric.js";
import { parsePort } from "../../net/port.js";
import type { ServiceProtocol } from "../../net/service-names.js";
import { refuse, type Codec, type Refusal } from "./define.js";
import { oneWord, parseNumber, writeRange, type Range } from "./codecs.js";

const MAX_PORT = 65535;

/** `PORT` or `MIN:MAX`, either end open, by number or by a service name of `service`. */
export function portRange(service: ServiceProtocol): Codec<Range> {
  return portRangeBy((text) => readPort(text, service), true);
}

/**
 * As `portRange`, but read by `getaddrinfo`: decimal numbers only, names of any protocol, nothing
 * for port 0, and a range that runs backwards is taken (it never matches).
 */
export const resolvedPortRange: Codec<Range> = portRangeBy(resolvePort, false);

/** A range that ends at 0 is printed as its first port. */
export const connectionPorts: Codec<Range> = {
  ...resolvedPortRange,
  write: ({ min, max }) => writeRange({ min, max: max === 0 ? min : max }),
};

export const resolvedPort: Codec<number> = oneWord(
  (text) => resolvePort(text) ?? refuse(`"${text}" is not a port`),
  String,
);

/** `getaddrinfo` keeps a number as an `int`, which must not be negative, and of it the lower 16 bits. */
function resolvePort(text: string): number | undefined {
  const digits = /^[ \t\n\v\f\r]*\+?(\d+)$/.exec(text)?.[1];
  if (digits === undefined) return /^\d/.test(text) ? undefined : parsePort(text);
  const whole = BigInt(digits) < 2n ** 64n ? Number(BigInt.asIntN(32, BigInt(digits))) : -1;
  return whole < 0 ? undefined : whole % (MAX_PORT + 1);
}

/** As `xtables_parse_port`: a number as C has it, or a service name. */
export function readPort(text: string, service?: ServiceProtocol): number | undefined {
  const number = parseCNumber(text);
  if (number !== undefined) return number <= MAX_PORT ? number : undefined;
  return parsePort(text, service);
}

function portRangeBy(read: (text: string) => number | undefined, ordered: boolean): Codec<Range> {
  return oneWord((text) => {
    const colon = text.indexOf(":");
    if (text === "") return ordered ? refuse("the port is missing") : { min: 0, max: 0 };
    const low = colon < 0 ? text : text.slice(0, colon);
    const high = colon < 0 ? text : text.slice(colon + 1);
    const min = low === "" ? 0 : read(low);
    const max = high === "" ? MAX_PORT : read(high);
    if (min === undefined || max === undefined) {
      return refuse(`"${text}" is not a port or a range of ports`);
    }
    return min <= max || !ordered ? { min, max } : refuse(`the range ${text} runs backwards`);
  }, writeRange);
}

/** Whether the range holds every port. */
export function isEveryPort({ min, max }: Range): boolean {
  return min === 0 && max === MAX_PORT;
}

/** `PORT`, which may be a service name, or `MIN-MAX` in numbers, as NAT targets take them. */
export function readDashedPorts(text: string): Range | Refusal {
  const range = /^(\s*\+?\d\w*)-(\s*\+?\w+)$/.exec(text);
  const min = range === null ? readPort(text) : parseNumber(range[1] ?? "", 0, MAX_PORT);
  const max = range === null ? min : parseNumber(range[2] ?? "", 0, MAX_PORT);
  if (typeof min !== "number" || typeof max !== "number") return refuse(`"${text}" is not a port`);
  return max < min ? refuse(`the port range ${text} runs backwards`) : { min, max };
}

export const dashedPorts: Codec<Range> = oneWord(readDashedPorts, ({ min, max }) =>
  min === max ? String(min) : `${min}-${max}`,
);
