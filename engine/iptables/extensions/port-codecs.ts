import { parsePort } from "../../net/port.js";
import type { ServiceProtocol } from "../../net/service-names.js";
import { refuse, type Codec, type Refusal } from "./define.js";
import { oneWord, writeRange, type Range } from "./codecs.js";

const MAX_PORT = 65535;

/** `PORT` or `MIN:MAX`, either end open, by number or by a service name of `service`. */
export function portRange(service: ServiceProtocol): Codec<Range> {
  return portRangeBy((text) => parsePort(text, service), true);
}

/**
 * As `portRange`, but read by `getaddrinfo`: decimal numbers only, names of any protocol, and a
 * range that runs backwards is taken (it never matches).
 */
export const resolvedPortRange: Codec<Range> = portRangeBy(resolvePort, false);

export const resolvedPort: Codec<number> = oneWord(
  (text) => resolvePort(text) ?? refuse(`"${text}" is not a port`),
  String,
);

function resolvePort(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return /^0[xX]/.test(text) ? undefined : parsePort(text);
  const port = Number(text);
  return port <= MAX_PORT ? port : undefined;
}

function portRangeBy(read: (text: string) => number | undefined, ordered: boolean): Codec<Range> {
  return oneWord((text) => {
    const colon = text.indexOf(":");
    if (text === "") return refuse("the port is missing");
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

/** `PORT` or `MIN-MAX` as NAT targets take them. */
export function readDashedPorts(text: string): Range | Refusal {
  const dash = /^(\w+)-(\w+)$/.exec(text);
  const min = parsePort(dash?.[1] ?? text);
  const max = dash?.[2] === undefined ? min : parsePort(dash[2]);
  if (min === undefined || max === undefined) return refuse(`"${text}" is not a port`);
  return max < min ? refuse(`the port range ${text} runs backwards`) : { min, max };
}

export const dashedPorts: Codec<Range> = oneWord(readDashedPorts, ({ min, max }) =>
  min === max ? String(min) : `${min}-${max}`,
);
