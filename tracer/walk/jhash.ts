/**
 * Bob Jenkins' lookup3 over 32-bit words, as `linux/jhash.h: jhash2` computes it. The kernel's
 * choice among several NAT addresses rests on it.
 */
export function jhash2(words: readonly number[], initial: number): number {
  const start = (0xdeadbeef + (words.length << 2) + initial) | 0;
  let [a, b, c] = [start, start, start];
  let at = 0;
  for (let left = words.length; left > 3; left -= 3, at += 3) {
    [a, b, c] = mix(
      (a + word(words, at)) | 0,
      (b + word(words, at + 1)) | 0,
      (c + word(words, at + 2)) | 0,
    );
  }
  if (at === words.length) return c >>> 0;
  return finish(
    (a + word(words, at)) | 0,
    (b + word(words, at + 1)) | 0,
    (c + word(words, at + 2)) | 0,
  );
}

/** Words past the end count as nothing. */
function word(words: readonly number[], at: number): number {
  return words[at] ?? 0;
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function mix(x: number, y: number, z: number): [number, number, number] {
  let [a, b, c] = [x, y, z];
  a = ((a - c) ^ rotate(c, 4)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rotate(a, 6)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rotate(b, 8)) | 0;
  b = (b + a) | 0;
  a = ((a - c) ^ rotate(c, 16)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rotate(a, 19)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rotate(b, 4)) | 0;
  b = (b + a) | 0;
  return [a, b, c];
}

function finish(x: number, y: number, z: number): number {
  let [a, b, c] = [x, y, z];
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

/** `linux/kernel.h: reciprocal_scale`: a 32-bit value onto 0 to `count` - 1. */
export function reciprocalScale(value: number, count: number): number {
  return Number((BigInt(value) * BigInt(count)) >> 32n);
}
