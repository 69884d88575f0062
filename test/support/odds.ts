import { addFractions, formatFraction, fraction, ZERO } from "../../tracer/odds/fraction.js";
import type { OddsJson, OutcomeJson } from "../../tracer/report/json.js";

/** What `trace --odds -o json` printed. */
export function readOdds(text: string): OddsJson {
  const parsed: OddsJson = JSON.parse(text);
  return parsed;
}

/** The exact sum of the outcomes' odds, as `1` or `3/4`. */
export function sumOfOdds(outcomes: readonly OutcomeJson[]): string {
  const sum = outcomes.reduce((total, { odds }) => {
    const [numerator = "0", denominator = "1"] = odds.split("/");
    return addFractions(total, fraction(BigInt(numerator), BigInt(denominator)));
  }, ZERO);
  return formatFraction(sum);
}
