import { suppositionKey } from "../../odds/group.js";
import { arrives, type Cell, type CellOutcome } from "../../matrix/cell.js";
import type { World } from "../../walk/world.js";
import { reasonOf } from "./reason.js";

/** How to say it: with this Service port's own addresses, or as it holds for others like it. */
export interface Wording {
  readonly label: string;
  readonly serving: ReadonlySet<string>;
  readonly world: World;
  readonly concrete: boolean;
}

/** So many endpoints are named one by one. */
const MOST_NAMED = 3;
/** So many different ends are told; more are counted. */
const MOST_ENDS = 4;

/** What becomes of the packet, in one phrase. */
export function phraseOf(cell: Cell, wording: Wording): string {
  const supposed = grouped(cell, ({ conditions }) => suppositionKey(conditions));
  return supposed
    .map((outcomes) => {
      const when = (outcomes[0]?.conditions ?? []).map(
        ({ what, holds }) => `${holds ? "if" : "unless"} ${what} matches`,
      );
      const ends = endsPhrase(outcomes, wording);
      return when.length === 0 ? ends : `${when.join(" and ")}: ${ends}`;
    })
    .join("; ");
}

function endsPhrase(outcomes: Cell, wording: Wording): string {
  const kinds = grouped(outcomes, (outcome) => kindOf(outcome, wording)).toSorted((left, right) =>
    Math.round((total(right) - total(left)) * 1e6),
  );
  const parts = kinds.slice(0, MOST_ENDS).map((alike) => endPhrase(alike, wording));
  const left = kinds.length - parts.length;
  return [...parts, ...(left === 0 ? [] : [`and ${left} other ends`])].join("; ");
}

/** Outcomes of one kind are told together. */
function kindOf(outcome: CellOutcome, { serving, world }: Wording): string {
  const { verdict, redirected, masqueraded, with: answer } = outcome;
  if (arrives(outcome) && redirected) return `served ${masqueraded} ${isStale(outcome, serving)}`;
  if (arrives(outcome)) return `${verdict} ${outcome.destination} ${outcome.out}`;
  const { why, where } = reasonOf(outcome, world);
  return `${verdict} ${answer} ${why} ${where}`;
}

function endPhrase(alike: Cell, wording: Wording): string {
  const [first] = alike;
  if (first === undefined) return "";
  const whole = total(alike);
  const share = whole > 1 - 1e-9 ? "" : `${percent(whole)} `;
  if (arrives(first) && first.redirected) {
    const stale = isStale(first, wording.serving) ? ", no endpoint of the Service now" : "";
    const masqueraded = first.masqueraded ? ", masqueraded" : "";
    return `${endpointsPhrase(alike, whole, wording)}${masqueraded}${stale}`;
  }
  return `${share}${lossPhrase(first, wording)}`;
}

function endpointsPhrase(alike: Cell, whole: number, { concrete }: Wording): string {
  const shares = alike.map(({ probability }) => probability);
  const least = Math.min(...shares);
  const most = Math.max(...shares);
  const isEven = most - least < 1e-6;
  const isWhole = whole > 1 - 1e-9;
  const count = alike.length;
  if (concrete && count <= MOST_NAMED) {
    if (count === 1) return `${alike[0]?.destination}${isWhole ? "" : ` ${percent(whole)}`}`;
    const names = alike.map(({ destination }) => destination).join(", ");
    if (isEven) return `${names} (${isWhole ? `1/${count}` : percent(most)} each)`;
    return alike
      .map(({ destination, probability }) => `${destination} ${percent(probability)}`)
      .join(", ");
  }
  const noun = count === 1 ? "endpoint" : "endpoints";
  if (count === 1) return `1 ${noun}${isWhole ? "" : ` (${percent(whole)})`}`;
  const each = isWhole ? `1/${count}` : percent(most);
  return `${count} ${noun} (${isEven ? `${each} each` : `${percent(least)} to ${percent(most)}`})`;
}

function lossPhrase(outcome: CellOutcome, { label, world, concrete }: Wording): string {
  const { verdict, destination, out, with: answer } = outcome;
  switch (verdict) {
    case "forwarded":
    case "sent":
      return `${verdict}${concrete ? ` to ${destination}` : ""} by ${out} untranslated`;
    case "delivered":
      return "to the node itself, untranslated";
    case "rejected":
    case "dropped": {
      const { why, where } = reasonOf(outcome, world);
      const answered =
        verdict === "rejected" ? `rejected with ${answer ?? "an ICMP error"}` : verdict;
      const told = concrete ? why : why.replaceAll(label, "it");
      const place = concrete
        ? where
        : where.replace(/ \d+(?= of |, line |$)/, "").replace(/, line \d+/, "");
      return [
        `${answered}${told === "" ? "" : `: ${told}`}`,
        ...(place === "" ? [] : [`(${place})`]),
      ].join(" ");
    }
    case "unrouted":
    case "unknown":
      return `${verdict}: ${outcome.because}`;
  }
}

/** Sent to somebody whom the objects do not list as fit to serve, as rules that are out of date do. */
function isStale({ destination }: CellOutcome, serving: ReadonlySet<string>): boolean {
  return !serving.has(destination);
}

function total(outcomes: Cell): number {
  return outcomes.reduce((sum, { probability }) => sum + probability, 0);
}

/** `33.3 %`: what a reader compares; `trace --odds` tells it exactly. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.01) return "< 0.01 %";
  return `${Number(value.toFixed(value < 1 ? 2 : 1))} %`;
}

/** In the order in which the first of each came. */
function grouped(outcomes: Cell, keyOf: (outcome: CellOutcome) => string): readonly Cell[] {
  const groups = new Map<string, CellOutcome[]>();
  for (const outcome of outcomes) {
    const key = keyOf(outcome);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [outcome]);
    else group.push(outcome);
  }
  return [...groups.values()];
}
