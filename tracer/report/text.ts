import type { Assumption, Path } from "../walk/result.js";
import { stepLines } from "./step.js";
import type { Style } from "./style.js";
import { verdictLine } from "./verdict.js";
import { destinationText, kindText, namedEndpoint, type Names } from "./words.js";

/** minimal: stable, for regression tests; summary: for a person; full: with every rule's words. */
export const DETAILS = ["minimal", "summary", "full"] as const;
export type Detail = (typeof DETAILS)[number];

/** How text is printed: how much, with which names, and in colour or not. */
export interface TextOptions {
  readonly detail: Detail;
  readonly names: Names;
  readonly style: Style;
}

/**
 * One walk: where the packet entered, each rule that matched, what it hangs on, `remarks`, and the
 * verdict in the last line.
 */
export function pathText(
  path: Path,
  options: TextOptions,
  remarks: readonly string[] = [],
): string {
  if (options.detail === "minimal") return minimalText(path);
  return [
    entryLine(path, options),
    "",
    ...hookBlocks(path, options),
    "",
    ...circumstanceLines(path, options),
    ...remarks,
    verdictLine(path, options.names, options.style),
    "",
  ].join("\n");
}

/** A line a step, then the verdict; no names, no colours, no notes. */
function minimalText(path: Path): string {
  const steps = path.steps.map(
    ({ hook, table, chain, rule, target }) =>
      `${hook} ${table} ${chain} ${rule} ${target}`.trimEnd() + "\n",
  );
  const goal = path.verdict === "unknown" ? path.because : destinationText(path.last);
  return `${steps.join("")}${path.verdict} ${goal}\n`;
}

/** `tcp SYN 10.0.0.1:40000 -> 10.96.0.10:53 (kube-system/kube-dns), enters by eth0`. */
export function entryLine({ first, in: device }: Path, { names, style }: TextOptions): string {
  const named = { names, protocol: first.protocol };
  const from = namedEndpoint(first.source, first.sourcePort, named);
  const to = namedEndpoint(first.destination, first.destinationPort, named);
  const entrance = device === undefined ? "made by the node itself" : `enters by ${device}`;
  return `${style.bold(`${kindText(first)} ${from} -> ${to}`)}, ${entrance}`;
}

function hookBlocks(path: Path, options: TextOptions): readonly string[] {
  if (path.steps.length === 0) return ["no rule matched"];
  return path.steps.flatMap((step, index) => {
    const fresh = path.steps[index - 1]?.hook !== step.hook;
    const heading = fresh ? [options.style.cyan(step.hook)] : [];
    return [
      ...heading,
      ...stepLines(step, path.first.family, options.detail === "full", options.style),
    ];
  });
}

/** What the answer hangs on: conditions that could not be told, then assumptions that mattered. */
export function circumstanceLines(
  { conditions, assumptions }: Pick<Path, "conditions" | "assumptions">,
  { style, detail }: Pick<TextOptions, "style" | "detail">,
): readonly string[] {
  return [
    ...conditions.map(
      ({ what, holds, why }) =>
        `${style.yellow(holds ? "if" : "unless")} ${what} matches (unknown: ${why})`,
    ),
    ...assumptionLines(assumptions, detail === "full").map(style.dim),
  ];
}

/** One line for all of them; in full detail a line each, with the reason. */
function assumptionLines(assumptions: readonly Assumption[], full: boolean): readonly string[] {
  if (assumptions.length === 0) return [];
  if (full) return assumptions.map(({ what, because }) => `assumed: ${what} (${because})`);
  return [`assumed: ${assumptions.map(({ what }) => what).join("; ")} (--detail full says why)`];
}
