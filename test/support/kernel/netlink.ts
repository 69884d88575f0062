/** Netlink messages and their attributes (kernel: `include/uapi/linux/netlink.h`). */
export interface NetlinkMessage {
  readonly type: number;
  /** `nfgen_family` of netfilter's messages: 2 for IPv4, 10 for IPv6. */
  readonly family: number;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

export const NLM_F_REQUEST = 1;
export const NLM_F_ACK = 4;
export const NLM_F_DUMP = 0x300;
const HEADER = 16;
const NETFILTER_HEADER = 4;
const NLA_TYPE_MASK = 0x3fff;

export interface NetfilterRequest {
  readonly subsystem: number;
  readonly message: number;
  readonly flags: number;
  readonly family: number;
  readonly resource?: number;
  readonly attributes?: readonly Buffer[];
}

/** A netfilter request as hexadecimal. */
export function netfilterRequest(request: NetfilterRequest): string {
  const body = Buffer.concat(request.attributes ?? []);
  const head = Buffer.alloc(HEADER + NETFILTER_HEADER);
  head.writeUInt32LE(head.length + body.length, 0);
  head.writeUInt16LE((request.subsystem << 8) | request.message, 4);
  head.writeUInt16LE(NLM_F_REQUEST | request.flags, 6);
  head.writeUInt8(request.family, HEADER);
  head.writeUInt16BE(request.resource ?? 0, HEADER + 2);
  return Buffer.concat([head, body]).toString("hex");
}

export function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc((value.length + 4 + 3) & ~3);
  padded.writeUInt16LE(value.length + 4, 0);
  padded.writeUInt16LE(type, 2);
  value.copy(padded, 4);
  return padded;
}

/** The messages of one datagram. */
export function readMessages(datagram: Buffer): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + HEADER <= datagram.length;) {
    const length = datagram.readUInt32LE(at);
    const body = datagram.subarray(at + HEADER, at + length);
    messages.push({
      type: datagram.readUInt16LE(at + 4),
      family: body.length > 0 ? body.readUInt8(0) : 0,
      attributes: readAttributes(body.subarray(NETFILTER_HEADER)),
    });
    at += (length + 3) & ~3;
  }
  return messages;
}

export function readAttributes(body: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= body.length;) {
    const length = body.readUInt16LE(at);
    if (length < 4) break;
    found.set(body.readUInt16LE(at + 2) & NLA_TYPE_MASK, body.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}

/** A text attribute without its closing NUL. */
export function textOf(value: Buffer | undefined): string {
  return value === undefined ? "" : value.toString("latin1").replace(/\0[^]*$/, "");
}
