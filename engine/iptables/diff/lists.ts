/** An item of both lists (both indices), only of the first, or only of the second. */
export interface ListStep {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** Parts of two lists, ends excluded. */
interface Window {
  readonly left: number;
  readonly leftEnd: number;
  readonly right: number;
  readonly rightEnd: number;
}

/** Beyond this many differences between anchors the rest counts as replaced: keeps memory bounded. */
const MAX_EDITS = 1_500;

/**
 * A way to read two lists as one: common items in order, in between what only the first has and
 * then what only the second has. Items that stand once in both lists anchor the rest (as in
 * patience diff), between anchors the shortest edit is taken (Myers 1986).
 */
export function diffLists(left: readonly string[], right: readonly string[]): readonly ListStep[] {
  const steps: ListStep[] = [];
  let l = 0;
  let r = 0;
  const windows = splitAtAnchors(left, right);
  for (const window of windows) {
    diffWindow(left, right, window, steps);
    l = window.leftEnd;
    r = window.rightEnd;
    if (l < left.length && r < right.length) steps.push({ before: l, after: r });
  }
  return steps;
}

/** Windows between the longest row of anchors that rises in both lists; each ends at an anchor. */
function splitAtAnchors(left: readonly string[], right: readonly string[]): readonly Window[] {
  const windows: Window[] = [];
  let l = 0;
  let r = 0;
  for (const [before, after] of risingAnchors(left, right)) {
    windows.push({ left: l, leftEnd: before, right: r, rightEnd: after });
    l = before + 1;
    r = after + 1;
  }
  windows.push({ left: l, leftEnd: left.length, right: r, rightEnd: right.length });
  return windows;
}

type Pair = readonly [before: number, after: number];

function risingAnchors(left: readonly string[], right: readonly string[]): readonly Pair[] {
  const inRight = placesOfUnique(right);
  const pairs: Pair[] = [];
  for (const [key, before] of placesOfUnique(left)) {
    const after = inRight.get(key);
    if (after !== undefined) pairs.push([before, after]);
  }
  return longestRise(pairs);
}

function placesOfUnique(list: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const twice = new Set<string>();
  list.forEach((key, at) => {
    if (places.has(key)) twice.add(key);
    else places.set(key, at);
  });
  for (const key of twice) places.delete(key);
  return places;
}

/** Of pairs that rise in their first number, the longest row that rises in the second too. */
function longestRise(pairs: readonly Pair[]): readonly Pair[] {
  /** For each length, the pair that ends such a row with the smallest second number. */
  const ends: number[] = [];
  const previous: number[] = [];
  pairs.forEach(([, after], at) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < after) low = middle + 1;
      else high = middle;
    }
    previous[at] = low > 0 ? (ends[low - 1] ?? -1) : -1;
    ends[low] = at;
  });
  const rise: Pair[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) {
    const pair = pairs[at];
    if (pair !== undefined) rise.push(pair);
  }
  return rise.reverse();
}

function diffWindow(
  left: readonly string[],
  right: readonly string[],
  window: Window,
  steps: ListStep[],
): void {
  let { left: l, right: r, leftEnd, rightEnd } = window;
  while (l < leftEnd && r < rightEnd && left[l] === right[r]) {
    steps.push({ before: l++, after: r++ });
  }
  let tail = 0;
  while (leftEnd > l && rightEnd > r && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd--;
    rightEnd--;
    tail++;
  }
  shortestEdit(left, right, { left: l, leftEnd, right: r, rightEnd }, steps);
  for (let at = 0; at < tail; at++) steps.push({ before: leftEnd + at, after: rightEnd + at });
}

/** Myers' greedy algorithm; keeps the frontier of each number of edits to walk back along. */
function shortestEdit(
  left: readonly string[],
  right: readonly string[],
  window: Window,
  steps: ListStep[],
): void {
  const n = window.leftEnd - window.left;
  const m = window.rightEnd - window.right;
  const frontiers = n === 0 || m === 0 ? undefined : searchFrontiers(left, right, window, n, m);
  if (frontiers === undefined) {
    for (let at = 0; at < n; at++) steps.push({ before: window.left + at, after: undefined });
    for (let at = 0; at < m; at++) steps.push({ before: undefined, after: window.right + at });
    return;
  }
  for (const step of removalsFirst(walkBack(frontiers, window, n, m))) steps.push(step);
}

/** Frontier `d` holds, for each diagonal from -d to d, how far `d` edits get in the left list. */
function searchFrontiers(
  left: readonly string[],
  right: readonly string[],
  window: Window,
  n: number,
  m: number,
): readonly Int32Array[] | undefined {
  const frontiers: Int32Array[] = [];
  for (let d = 0; d <= Math.min(n + m, MAX_EDITS); d++) {
    const before = frontiers.at(-1);
    const now = new Int32Array(2 * d + 1);
    for (let k = -d; k <= d; k += 2) {
      let x = before === undefined ? 0 : startOf(before, d, k);
      let y = x - k;
      while (x < n && y < m && left[window.left + x] === right[window.right + y]) {
        x++;
        y++;
      }
      now[k + d] = x;
      if (x >= n && y >= m) {
        frontiers.push(now);
        return frontiers;
      }
    }
    frontiers.push(now);
  }
  return undefined;
}

/** Where diagonal `k` is entered with the `d`-th edit; `before` is the frontier of `d - 1`. */
function startOf(before: Int32Array, d: number, k: number): number {
  const below = k - 1 >= -(d - 1) ? (before[k - 1 + d - 1] ?? -1) : -1;
  const above = k + 1 <= d - 1 ? (before[k + 1 + d - 1] ?? -1) : -1;
  return comesFromAbove(below, above) ? above : below + 1;
}

function comesFromAbove(below: number, above: number): boolean {
  return below < above;
}

function walkBack(
  frontiers: readonly Int32Array[],
  window: Window,
  n: number,
  m: number,
): readonly ListStep[] {
  const steps: ListStep[] = [];
  let x = n;
  let y = m;
  for (let d = frontiers.length - 1; d > 0; d--) {
    const before = frontiers[d - 1];
    if (before === undefined) break;
    const k = x - y;
    const below = k - 1 >= -(d - 1) ? (before[k - 1 + d - 1] ?? -1) : -1;
    const above = k + 1 <= d - 1 ? (before[k + 1 + d - 1] ?? -1) : -1;
    const isAddition = comesFromAbove(below, above);
    const startX = isAddition ? above : below + 1;
    while (x > startX) steps.push({ before: window.left + --x, after: window.right + --y });
    if (isAddition) steps.push({ before: undefined, after: window.right + --y });
    else steps.push({ before: window.left + --x, after: undefined });
  }
  while (x > 0 && y > 0) steps.push({ before: window.left + --x, after: window.right + --y });
  return steps.reverse();
}

/** Between two common items, what went before what came. */
function removalsFirst(steps: readonly ListStep[]): readonly ListStep[] {
  const ordered: ListStep[] = [];
  let added: ListStep[] = [];
  for (const step of steps) {
    if (step.before === undefined) added.push(step);
    else {
      if (step.after !== undefined) {
        for (const addition of added) ordered.push(addition);
        added = [];
      }
      ordered.push(step);
    }
  }
  return [...ordered, ...added];
}
