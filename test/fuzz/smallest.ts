/**
 * The text without whatever is not needed for `isBad` to hold of it: halves, quarters and so on are
 * left out first of its lines, then of its words, then of its letters (Zeller's ddmin, greedily).
 */
export async function smallest(
  text: string,
  isBad: (candidate: string) => Promise<boolean>,
): Promise<string> {
  let found = text;
  for (const separator of ["\n", " ", ""]) {
    const parts = found.split(separator);
    if (parts.length > MOST_PARTS) continue;
    found = (await fewest(parts, (some) => isBad(some.join(separator)))).join(separator);
  }
  return found;
}

/** Beyond this, leaving parts out one by one would take too long. */
const MOST_PARTS = 2_000;

async function fewest(
  parts: readonly string[],
  isBad: (some: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
  let kept = parts;
  for (let size = kept.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < kept.length;) {
      const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await isBad(fewer)) kept = fewer;
      else at += size;
    }
  }
  return kept;
}
