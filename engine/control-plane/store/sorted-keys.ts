/** Where `key` is, or would be put, in a sorted list. */
export function positionOf(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = sorted[middle];
    if (found !== undefined && found < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Keys that begin with `prefix` and are greater than `after`, in order. */
export function* keysUnder(
  sorted: readonly string[],
  prefix: string,
  after: string | undefined,
): Generator<string> {
  const start = after === undefined || after < prefix ? prefix : `${after}\0`;
  for (let at = positionOf(sorted, start); at < sorted.length; at++) {
    const key = sorted[at];
    if (key === undefined || !key.startsWith(prefix)) return;
    yield key;
  }
}
