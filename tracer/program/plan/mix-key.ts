/** A hash of two numbers. */
export function mixKey(first: number, second: number): number {
  const mixed = first ^ Math.imul(second, 0x9e3779b1);
  const spread = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  return spread ^ (spread >>> 14);
}
