/** A number that begins a text, and the offset behind it. */
export interface ScannedNumber {
  /** As C's `unsigned long` holds it: 0 to 2^64-1, of which the largest stands for all above. */
  readonly value: bigint;
  readonly end: number;
}

const LARGEST = 2n ** 64n - 1n;

const SHAPES = {
  10: /\s*([+-]?)(\d+)/y,
  16: /\s*([+-]?)(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+)/y,
} as const;

/** As `sscanf` reads `%u` or `%x` at an offset; `undefined` where no number begins. */
export function scanNumber(text: string, from: number, base: 10 | 16): ScannedNumber | undefined {
  const shape = new RegExp(SHAPES[base]);
  shape.lastIndex = from;
  const found = shape.exec(text);
  if (found === null) return undefined;
  const [whole, sign = "", digits = ""] = found;
  const size = BigInt(base === 16 ? `0x${digits}` : digits);
  const isNegative = sign === "-";
  const value = size > LARGEST ? LARGEST : isNegative ? BigInt.asUintN(64, -size) : size;
  const end = from + whole.length;
  // glibc takes a bare "0x" for 0.
  const isBareHex = base === 16 && digits === "0" && /^[xX]$/.test(text.charAt(end));
  return { value, end: isBareHex ? end + 1 : end };
}

/** What is left of it in a field of so many bits. */
export function lowBits({ value }: ScannedNumber, bits: 8 | 16 | 32): number {
  return Number(BigInt.asUintN(bits, value));
}
