/** The fewest items found with which something still fails, and how many tries it took. */
export interface Shrunk<T> {
  readonly items: readonly T[];
  readonly tries: number;
}

/**
 * Takes away as many items as it can while `fails` still holds: halves first, then quarters, down to
 * single ones (Zeller's ddmin). `items` themselves must fail. Ends after `mostTries` at the latest.
 */
export function bisect<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => boolean,
  mostTries = 200,
): Shrunk<T> {
  let left = items;
  let parts = 2;
  const tried = { count: 0 };
  const holds = (some: readonly T[]): boolean => {
    if (tried.count >= mostTries) return false;
    tried.count++;
    return fails(some);
  };
  while (left.length > 1 && tried.count < mostTries) {
    const slices = slicesOf(left, parts);
    const alone = slices.find((slice) => slice.length < left.length && holds(slice));
    const without = alone ?? withoutOne(left, slices).find((rest) => holds(rest));
    if (without !== undefined) {
      left = without;
      parts = alone === undefined ? Math.max(2, parts - 1) : 2;
    } else if (parts >= left.length) {
      break;
    } else {
      parts = Math.min(left.length, parts * 2);
    }
  }
  return { items: left, tries: tried.count };
}

function slicesOf<T>(items: readonly T[], parts: number): readonly (readonly T[])[] {
  const size = Math.ceil(items.length / parts);
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
}

/** All but one slice each; of two slices that is the other one, which was tried already. */
function withoutOne<T>(
  items: readonly T[],
  slices: readonly (readonly T[])[],
): readonly (readonly T[])[] {
  if (slices.length <= 2) return [];
  const size = slices[0]?.length ?? 0;
  return slices.map((slice, part) => items.toSpliced(part * size, slice.length));
}
