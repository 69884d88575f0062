/**
 * Lines of restore input that turn the rules of one chain into others. Rules are given as what
 * follows the chain's name, with a leading blank.
 */

/** Rules that both have at the start and at the end; the rest is what changed. */
function commonEnds(before: readonly string[], after: readonly string[]) {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < shorter - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail++;
  }
  return { head, tail };
}

/**
 * Edits by position, of a chain that nobody else writes to: replaced, then deleted or inserted
 * rules. Positions count from 1.
 */
export function editByPosition(
  chain: string,
  before: readonly string[],
  after: readonly string[],
): readonly string[] {
  const { head, tail } = commonEnds(before, after);
  const old = before.length - head - tail;
  const fresh = after.slice(head, after.length - tail);
  const lines: string[] = [];
  for (const [index, spec] of fresh.entries()) {
    const verb = index < old ? "-R" : "-I";
    lines.push(`${verb} ${chain} ${head + index + 1}${spec}\n`);
  }
  for (let left = old; left > fresh.length; left--) {
    lines.push(`-D ${chain} ${head + fresh.length + 1}\n`);
  }
  return lines;
}

/**
 * Edits of a stretch of a chain that others may have written to: rules to delete are named in
 * full, so that the restore fails rather than deletes another. `offset` rules stand before it.
 */
export function editByName(
  chain: string,
  offset: number,
  before: readonly string[],
  after: readonly string[],
): readonly string[] {
  const { head, tail } = endsToKeep(before, after);
  const old = before.slice(head, before.length - tail);
  const fresh = after.slice(head, after.length - tail);
  return [
    ...old.map((spec) => `-D ${chain}${spec}\n`),
    ...fresh.map((spec, index) => `-I ${chain} ${offset + head + index + 1}${spec}\n`),
  ];
}

/** Deleting by name takes the first of equal rules, so none of those kept may equal one deleted. */
function endsToKeep(before: readonly string[], after: readonly string[]) {
  const ends = commonEnds(before, after);
  const gone = before.slice(ends.head, before.length - ends.tail);
  const kept = new Set([...before.slice(0, ends.head), ...before.slice(before.length - ends.tail)]);
  return gone.some((spec) => kept.has(spec)) ? { head: 0, tail: 0 } : ends;
}
