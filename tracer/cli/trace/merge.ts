import type { Path, Step } from "../../walk/result.js";
import { destinationText } from "../../report/words.js";

/**
 * One path for several that hang on what is not known: what all of them share, and `unknown` with
 * every consequence where their ends differ. `undefined` for no path at all.
 */
export function mergeOutcomes(paths: readonly Path[]): Path | undefined {
  const [first, ...others] = paths;
  if (first === undefined || others.length === 0) return first;
  if (
    others.every(
      (other) => endOf(other) === endOf(first) && other.steps.length === first.steps.length,
    )
  ) {
    return first;
  }
  const because = consequences(paths).join("; ");
  const steps = others.reduce<readonly Step[]>(
    (shared, { steps: own }) => commonStart(shared, own),
    first.steps,
  );
  return {
    ...first,
    verdict: "unknown",
    because,
    steps,
    last: first.first,
    out: undefined,
    with: undefined,
    translated: false,
  };
}

/** More ways than these are told by the one of each end that supposes the least. */
const MOST_TOLD = 16;

function consequences(paths: readonly Path[]): readonly string[] {
  if (paths.length <= MOST_TOLD) return paths.map(consequence);
  const simplest = new Map<string, Path>();
  for (const path of paths) {
    const known = simplest.get(endOf(path));
    if (known === undefined || path.conditions.length < known.conditions.length) {
      simplest.set(endOf(path), path);
    }
  }
  const left = paths.length - simplest.size;
  return [
    ...[...simplest.values()].map(consequence),
    `${left} more combinations of what is not known have no other ends`,
  ];
}

function consequence(path: Path): string {
  const when = path.conditions.map(
    ({ what, holds, why }) => `${holds ? "if" : "unless"} ${what} (${why})`,
  );
  return `${endOf(path)} ${when.join(" and ")}`;
}

function endOf(path: Path): string {
  const passed =
    path.verdict === "forwarded" || path.verdict === "sent" || path.verdict === "delivered";
  return passed
    ? `${path.verdict} to ${destinationText(path.last)}`
    : `${path.verdict} by ${path.because}`;
}

function commonStart(left: readonly Step[], right: readonly Step[]): readonly Step[] {
  const end = left.findIndex(
    (step, index) =>
      step.definition !== right[index]?.definition || step.chain !== right[index]?.chain,
  );
  return end < 0 ? left : left.slice(0, end);
}
