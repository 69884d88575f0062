import { parseAddress } from "../../../engine/net/ip.js";
import type { ExtensionHeader, HeaderOption } from "../../../tracer/packet/types.js";

/** An IPv6 extension header to put on a wire; its length follows from what it holds. */
export interface WireHeader {
  readonly header: number;
  /** Of hop-by-hop (0) and destination headers (60); filled up with padding. */
  readonly options?: readonly HeaderOption[];
  /** Of a routing header (43). */
  readonly routing?: {
    readonly type: number;
    readonly segmentsLeft: number;
    readonly addresses: readonly string[];
  };
  /** Of an authentication header (51). */
  readonly spi?: number;
}

const AUTHENTICATION = 51;
const UNIT = 8;

/** Its octets; `next` is the number of what follows it. */
export function encodeHeader(
  { header, options = [], routing, spi }: WireHeader,
  next: number,
): Buffer {
  const body =
    header === AUTHENTICATION
      ? authentication(spi ?? 0)
      : routing === undefined
        ? Buffer.concat(options.map(encodeOption))
        : encodeRouting(routing);
  const rest = UNIT - ((2 + body.length) % UNIT || UNIT);
  const whole = Buffer.concat([Buffer.from([next, 0]), body, padding(rest)]);
  // An authentication header counts words of four octets, less two; the others units of eight, less one.
  whole.writeUInt8(header === AUTHENTICATION ? whole.length / 4 - 2 : whole.length / UNIT - 1, 1);
  return whole;
}

function authentication(spi: number): Buffer {
  const rest = Buffer.alloc(14);
  rest.writeUInt32BE(spi, 2);
  return rest;
}

function encodeOption({ type, length }: HeaderOption): Buffer {
  return type === 0
    ? Buffer.alloc(1)
    : Buffer.concat([Buffer.from([type, length]), Buffer.alloc(length)]);
}

/** One octet of padding is an option of its own kind (RFC 8200, section 4.2). */
function padding(octets: number): Buffer {
  if (octets < 2) return Buffer.alloc(octets);
  return Buffer.concat([Buffer.from([1, octets - 2]), Buffer.alloc(octets - 2)]);
}

function encodeRouting({
  type,
  segmentsLeft,
  addresses,
}: NonNullable<WireHeader["routing"]>): Buffer {
  const hops = addresses.map((address) =>
    (parseAddress(address) ?? 0n).toString(16).padStart(32, "0"),
  );
  return Buffer.concat([
    Buffer.from([type, segmentsLeft, 0, 0, 0, 0]),
    Buffer.from(hops.join(""), "hex"),
  ]);
}

/** The same header as a walk takes it, padding included. */
export function walkedHeader(wire: WireHeader): ExtensionHeader {
  const { header, options = [], routing } = wire;
  const used = 2 + Buffer.concat(options.map(encodeOption)).length;
  const rest = UNIT - (used % UNIT || UNIT);
  const filling =
    rest === 0 ? [] : rest === 1 ? [{ type: 0, length: 0 }] : [{ type: 1, length: rest - 2 }];
  const addresses = routing?.addresses.flatMap((address) => parseAddress(address) ?? []) ?? [];
  return {
    header,
    length: encodeHeader(wire, 0).length,
    options: [...options, ...filling],
    ...(routing === undefined ? {} : { routing: { ...routing, addresses } }),
  };
}
