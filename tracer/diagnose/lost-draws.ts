import { PROBABILITY_GRID } from "../../engine/iptables/probability.js";
import { fraction, formatFraction, type Fraction } from "../odds/fraction.js";
import type { WalkEvent } from "../walk/events.js";

/** A chain that draws lots and was left with every draw lost and no other rule taken. */
export interface LostDraws {
  readonly chain: string;
  /** Each draw that was tried there, with its chance to match. */
  readonly draws: readonly { readonly rule: number; readonly chance: Fraction }[];
}

/** The chains in which this walk lost every draw and found nothing else that ended its search. */
export function lostDraws(events: readonly WalkEvent[]): readonly LostDraws[] {
  const lost = new Map<string, { rule: number; chance: Fraction }[]>();
  for (const event of events) {
    if (event.kind === "drawn") {
      if (event.holds) lost.delete(event.at.chain);
      else add(lost, event);
    } else if (event.kind === "matched" && leaves(event)) {
      lost.delete(event.at.chain);
    }
  }
  return [...lost].map(([chain, draws]) => ({ chain, draws }));
}

function add(
  lost: Map<string, { rule: number; chance: Fraction }[]>,
  { at, ways, of }: Extract<WalkEvent, { kind: "drawn" }>,
): void {
  const refused = fraction(BigInt(ways), BigInt(of));
  const chance = fraction(refused.denominator - refused.numerator, refused.denominator);
  const draws = lost.get(at.chain) ?? [];
  draws.push({ rule: at.rule, chance });
  lost.set(at.chain, draws);
}

/** A rule that only marks or counts leaves the packet where it is. */
function leaves({ definition }: Extract<WalkEvent, { kind: "matched" }>): boolean {
  return definition.target !== undefined && definition.target.name !== "MARK";
}

/** `rule 1 (chance 1/2)`; on the kernel's grid a long fraction is shown as a percentage. */
export function describeDraw({ rule, chance }: LostDraws["draws"][number]): string {
  const exact = formatFraction(chance);
  const percent = (Number(chance.numerator) / Number(chance.denominator)) * 100;
  const shown =
    chance.denominator >= BigInt(PROBABILITY_GRID) >> 10n ? `${percent.toFixed(2)} %` : exact;
  return `rule ${rule} (chance ${shown})`;
}
