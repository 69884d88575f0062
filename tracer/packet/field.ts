/** Something that is not known, and why: one plain phrase, as in `the packet's payload is not given`. */
export interface Unknown {
  readonly unknown: string;
}

/** A property of a packet or a host: its value, or why it is not known. */
export type Field<T extends string | number | bigint | boolean | undefined> = T | Unknown;

/** A field whose value nobody knows, with the reason in words. */
export function unknown(reason: string): Unknown {
  return { unknown: reason };
}

/** Whether a field of a packet is there and nobody knows its value. */
export function isUnknown(value: unknown): value is Unknown {
  return typeof value === "object" && value !== null && "unknown" in value;
}
