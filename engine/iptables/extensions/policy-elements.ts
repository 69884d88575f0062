import { AH, ESP, IPCOMP, protocolName, listedProtocol } from "../../net/protocol.js";
import type { Negatable } from "../types.js";
import { maskedAddress, readMaskedAddress, type MaskedAddress } from "./address-codecs.js";
import { hex, MAX_32, oneWord, parseNumber } from "./codecs.js";
import {
  isRefusal,
  refuse,
  type Codec,
  type Collect,
  type Reading,
  type Refusal,
} from "./define.js";

/** What is asked of one transformation of a packet; nothing given: any will do. */
export interface PolicyElement {
  readonly reqid?: Negatable<number>;
  readonly spi?: Negatable<number>;
  readonly proto?: Negatable<number>;
  readonly mode?: Negatable<"transport" | "tunnel">;
  readonly tunnelDst?: Negatable<MaskedAddress>;
  readonly tunnelSrc?: Negatable<MaskedAddress>;
}

type Elements = readonly PolicyElement[];

/** Each reads one part of one element; `--next` is the step from one element to another. */
export const policyElements: Readonly<
  Record<keyof PolicyElement | "next", Codec<readonly PolicyElement[]>>
> = {
  reqid: part((text) => lift(parseNumber(text, 0, MAX_32), (value) => ({ reqid: plain(value) }))),
  spi: part((text) => lift(parseNumber(text, 0, MAX_32), (value) => ({ spi: plain(value) }))),
  proto: part((text) => {
    const value = listedProtocol(text);
    return value === AH || value === ESP || value === IPCOMP
      ? { proto: plain(value) }
      : refuse(`"${text}" is none of ah, esp, ipcomp`);
  }),
  mode: part((text) =>
    text === "transport" || text === "tunnel"
      ? { mode: plain(text) }
      : refuse(`"${text}" is neither transport nor tunnel`),
  ),
  tunnelDst: part((text, reading) =>
    lift(readMaskedAddress(text, reading), (value) => ({ tunnelDst: plain(value) })),
  ),
  tunnelSrc: part((text, reading) =>
    lift(readMaskedAddress(text, reading), (value) => ({ tunnelSrc: plain(value) })),
  ),
  next: { words: 0, read: () => [{}, {}], write: () => "" },
};

function part(
  read: (text: string, reading: Reading) => PolicyElement | Refusal,
): Codec<readonly PolicyElement[]> {
  return oneWord<readonly PolicyElement[]>((text, reading) => {
    const element = read(text, reading);
    return isRefusal(element) ? element : [element];
  }, writeElements);
}

function plain<T>(value: T): Negatable<T> {
  return { not: false, value };
}

function lift<T>(value: T | Refusal, make: (value: T) => PolicyElement): PolicyElement | Refusal {
  return isRefusal(value) ? value : make(value);
}

/** The first of `now` goes into the last of `before`, which must not have the same part yet. */
export const joinElements: Collect<Elements> = (before = [], now, not) => {
  const [first = {}, ...rest] = now;
  if (rest.length > 0 && not) return refuse("cannot be inverted");
  const last = before.at(-1) ?? {};
  const twice = Object.keys(first).find((key) => Object.hasOwn(last, key));
  if (twice !== undefined) return refuse("can only be used once in an element");
  return [...before.slice(0, -1), { ...last, ...(not ? negated(first) : first) }, ...rest];
};

function negated({ reqid, spi, proto, mode, tunnelDst, tunnelSrc }: PolicyElement): PolicyElement {
  return {
    ...(reqid === undefined ? {} : { reqid: { ...reqid, not: true } }),
    ...(spi === undefined ? {} : { spi: { ...spi, not: true } }),
    ...(proto === undefined ? {} : { proto: { ...proto, not: true } }),
    ...(mode === undefined ? {} : { mode: { ...mode, not: true } }),
    ...(tunnelDst === undefined ? {} : { tunnelDst: { ...tunnelDst, not: true } }),
    ...(tunnelSrc === undefined ? {} : { tunnelSrc: { ...tunnelSrc, not: true } }),
  };
}

export function isEmptyElement(element: PolicyElement): boolean {
  return Object.keys(element).length === 0;
}

/** As a save prints them, in its own order. */
export function writeElements(elements: Elements, reading: Reading): string {
  return elements.map((element) => writeElement(element, reading)).join(" --next ");
}

function writeElement(element: PolicyElement, reading: Reading): string {
  const address = (value: MaskedAddress) => maskedAddress.write(value, reading);
  return [
    writePart("--reqid", element.reqid, String),
    writePart("--spi", element.spi, hex),
    writePart("--proto", element.proto, protocolName),
    writePart("--mode", element.mode, String),
    writePart("--tunnel-dst", element.tunnelDst, address),
    writePart("--tunnel-src", element.tunnelSrc, address),
  ]
    .filter((text) => text !== "")
    .join(" ");
}

function writePart<T>(
  flag: string,
  asked: Negatable<T> | undefined,
  write: (value: T) => string,
): string {
  return asked === undefined ? "" : `${asked.not ? "! " : ""}${flag} ${write(asked.value)}`;
}
