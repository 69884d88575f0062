import type { BenchReport, Result } from "../types.js";
import { headText } from "./table.js";
import { verdictsOf } from "./targets.js";
import { count, duration, ratioText, rateText, sizeText } from "./words.js";

const BEGIN = "<!-- figures -->";
const END = "<!-- /figures -->";

/** The text with the figures of this report between its two marks. */
export function withFigures(text: string, report: BenchReport): string {
  const [before, rest] = splitAt(text, BEGIN);
  const [, after] = splitAt(rest, END);
  return `${before}${BEGIN}\n\n${figuresText(report)}\n${END}${after}`;
}

function splitAt(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`there is no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function figuresText(report: BenchReport): string {
  const verdicts = verdictsOf(report.results).map(
    ({ target, met, seen }) => `| ${target} | ${seen} | ${met ? "yes" : "**no**"} |`,
  );
  const rows = report.results.map(rowText);
  return [
    headText(report),
    ...(verdicts.length === 0 ? [] : ["| aim | seen | met |", "| --- | --- | --- |"]),
    ...verdicts,
    "",
    "| phase | Services x endpoints | one call, median (spread) | rate | peak | beside |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function rowText(result: Result): string {
  const { phase, median_ms: median, min_ms: least, max_ms: most, rate, unit, baselines } = result;
  const beside = baselines.map(
    ({ name, ratio, rate: other }) => `${ratioText(ratio)} ${name} (${rateText(other)})`,
  );
  const cells = [
    phase,
    sizeText(result),
    `${duration(median)} (${duration(least)} to ${duration(most)})`,
    `${rateText(rate)} ${unit}, ${duration(1_000 / rate)} each`,
    `${count(result.peak_mb)} MB`,
    [...beside, ...result.notes].join("; "),
  ];
  return `| ${cells.join(" | ")} |`;
}
