/**
 * Restore input as bytes. Names and addresses are checked to be ASCII, and a line that is written
 * into a buffer at once is garbage before it costs anything: 33 MB take a third of what growing
 * strings take.
 */
export class ByteWriter {
  private buffer: Buffer;
  /** Where the first byte stands; before it is room for `prepend`. */
  private first: number;
  private used: number;
  private source: ByteWriter | undefined;
  private start = 0;
  private end = 0;

  /** `capacity` and `headroom`, what is to go in front, are guesses in bytes; the buffer grows. */
  constructor(capacity: number, headroom = 0) {
    this.buffer = Buffer.allocUnsafe(Math.max(capacity + headroom, 256));
    this.first = headroom;
    this.used = headroom;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.used - this.first;
  }

  write(text: string): void {
    this.settle();
    this.reserve(text.length);
    this.used += this.buffer.write(text, this.used, "latin1");
  }

  /**
   * Puts what another writer holds before everything. With enough headroom nothing else moves: a
   * restore input's head is known last, and a second copy of 33 MB costs as much as writing it.
   */
  prepend(head: ByteWriter): void {
    this.settle();
    const more = head.length;
    if (more > this.first) {
      const larger = Buffer.allocUnsafe(more + this.length);
      this.buffer.copy(larger, more, this.first, this.used);
      this.used = larger.length;
      this.first = more;
      this.buffer = larger;
    }
    this.first -= more;
    this.buffer.set(head.view(0), this.first);
  }

  /** Adds what another writer holds from `start` to `end`; neighbours are copied in one go. */
  append(source: ByteWriter, start: number, end: number): void {
    if (source === this.source && start === this.end) {
      this.end = end;
      return;
    }
    this.settle();
    this.source = source;
    this.start = start;
    this.end = end;
  }

  /** The bytes from one length to another; a view, good until the writer is written to again. */
  view(from: number, to?: number): Uint8Array {
    this.settle();
    return this.buffer.subarray(this.first + from, to === undefined ? this.used : this.first + to);
  }

  /** Carries out what was appended last. */
  private settle(): void {
    const { source, start, end } = this;
    this.source = undefined;
    if (source === undefined || start === end) return;
    this.reserve(end - start);
    this.buffer.set(source.view(start, end), this.used);
    this.used += end - start;
  }

  private reserve(more: number): void {
    if (this.used + more <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.used + more));
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
