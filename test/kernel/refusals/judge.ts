import type { Fault } from "../../../engine/errors.js";
import { checkDump } from "../../../engine/iptables/check.js";
import { parseDump } from "../../../engine/iptables/parse.js";
import { DIFFERENCES, MODES, REFUSED_THERE } from "./differences.js";
import type { Difference, Mode, RefusedThere } from "./differences.js";
import type { Verdict } from "./verdicts.js";

/** A text, what is said of it here, and what the real tool says of it in each mode. */
export interface Case {
  readonly text: string;
  readonly faults: readonly Fault[];
  readonly verdicts: Readonly<Record<Mode, Verdict>>;
}

export type Verdicts = Readonly<Record<Mode, readonly Verdict[]>>;

const NONE: Verdict = { accepted: false, message: "not tried" };

export function casesOf(texts: readonly string[], verdicts: Verdicts): readonly Case[] {
  return texts.map((text, at) => ({
    text,
    faults: readHere(text),
    verdicts: {
      "legacy --test": verdicts["legacy --test"][at] ?? NONE,
      "legacy load": verdicts["legacy load"][at] ?? NONE,
      "nft --test": verdicts["nft --test"][at] ?? NONE,
      "nft load": verdicts["nft load"][at] ?? NONE,
    },
  }));
}

export function readHere(text: string): readonly Fault[] {
  return checkDump(parseDump(text, { family: 4 }));
}

/** What keeps a mode from taking the text, as is said here; some is said of one backend's kernel. */
export function refusalsHere(faults: readonly Fault[], mode?: Mode): readonly Fault[] {
  const [backend, how] = mode?.split(" ") ?? [];
  const codes = new Set([
    `name-refused-by-${backend}`,
    ...(how === "load" ? [`refused-by-${backend}`] : []),
    ...(backend === "legacy" ? ["no-line-end"] : []),
  ]);
  return faults.filter(({ severity, code }) => severity === "error" || codes.has(code));
}

export function agrees({ faults, verdicts }: Case, mode: Mode): boolean {
  return verdicts[mode].accepted === (refusalsHere(faults, mode).length === 0);
}

/** The listed reasons for which the two differ; `undefined` where they do not tell all of it. */
export function explain(one: Case, mode: Mode): readonly (Difference | RefusedThere)[] | undefined {
  const { accepted, message } = one.verdicts[mode];
  const refused = refusalsHere(one.faults, mode);
  if (!accepted) {
    const found = REFUSED_THERE.find(
      ({ modes, said, holds }) =>
        modes.includes(mode) &&
        said.test(message) &&
        holds(one.faults, one.text) &&
        MODES.every((each) => modes.includes(each) || one.verdicts[each].accepted),
    );
    return refused.length > 0 || found === undefined ? undefined : [found];
  }
  const ended = DIFFERENCES.find(
    ({ said, code, holds }) =>
      said?.test(message) === true &&
      refused.some((fault) => fault.code === code && holds?.(fault, one.text) === true),
  );
  if (ended !== undefined) return [ended];
  const found = new Set<Difference>();
  for (const fault of refused) {
    const told = DIFFERENCES.find(
      (each) => each.said === undefined && tells(each, fault, one, mode),
    );
    if (told === undefined) return undefined;
    found.add(told);
  }
  return [...found];
}

/** Whether the fault is of just this kind, all modes but the listed ones refusing the text. */
function tells({ modes, code, holds }: Difference, fault: Fault, one: Case, mode: Mode): boolean {
  return (
    modes.includes(mode) &&
    fault.code === code &&
    holds?.(fault, one.text) !== false &&
    MODES.every((each) => modes.includes(each) || !one.verdicts[each].accepted)
  );
}
