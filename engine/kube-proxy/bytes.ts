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

  /** Adds the bytes of `from` from `start` to `end`. */
  append(from: Uint8Array, start: number, end: number): void {
    if (this.used + end - start > this.buffer.length) this.grow(end - start);
    this.buffer.set(
      start === 0 && end === from.length ? from : from.subarray(start, end),
      this.used,
    );
    this.used += end - start;
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
