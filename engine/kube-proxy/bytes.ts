/**
 * Restore input as bytes. Names and addresses are checked to be ASCII, and a line that is written
 * into a buffer at once is garbage before it costs anything: 33 MB take a third of what growing
 * strings take.
 */
export class ByteWriter {
  private buffer: Buffer;
  private used = 0;

  /** `capacity` in bytes is a guess; the buffer grows. */
  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafe(Math.max(capacity, 256));
  }

  /** Bytes written so far. */
  get length(): number {
    return this.used;
  }

  write(text: string): void {
    if (this.used + text.length > this.buffer.length) this.grow(text.length);
    this.used += this.buffer.write(text, this.used, "latin1");
  }

  /** The bytes from one length to another; a view, good until the writer is written to again. */
  view(from: number, to = this.used): Uint8Array {
    return this.buffer.subarray(from, to);
  }

  private grow(by: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.used + by));
    this.buffer.copy(larger, 0, 0, this.used);
    this.buffer = larger;
  }
}

export function ascii(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

export function fromAscii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** One array of all parts, in their order. */
export function concatenate(lists: readonly (readonly Uint8Array[])[]): Uint8Array {
  let size = 0;
  for (const parts of lists) for (const part of parts) size += part.length;
  const whole = Buffer.allocUnsafe(size);
  let at = 0;
  for (const parts of lists) {
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
  }
  return whole;
}
