import { refuse, type Codec, type Refusal } from "./define.js";
import { hex, MAX_32, oneWord, parseNumber, type Range } from "./codecs.js";

export type U32Operator = "&" | "<<" | ">>" | "@";

/**
 * Reads four bytes at offset `start`, applies `steps` one after the other (`@` moves by the value so
 * far and reads again), and asks for the outcome to be in one of `values`.
 */
export interface U32Test {
  readonly start: number;
  readonly steps: readonly { readonly operator: U32Operator; readonly operand: number }[];
  readonly values: readonly Range[];
}

/** Of tests, of numbers in a location, and of values (`XT_U32_MAXSIZE`). */
const MAX_PARTS = 10;

/** `LOCATION=VALUES[&&LOCATION=VALUES...]`; all must hold. */
export const u32Tests: Codec<readonly U32Test[]> = oneWord<readonly U32Test[]>(
  (text) => {
    const tests: U32Test[] = [];
    for (const part of text.split("&&")) {
      const test = readTest(part);
      if ("refused" in test) return test;
      tests.push(test);
    }
    return tests.length <= MAX_PARTS ? tests : refuse(`more than ${MAX_PARTS} tests`);
  },
  (tests) => `"${tests.map(writeTest).join("&&")}"`,
);

function readTest(text: string): U32Test | Refusal {
  const equals = text.indexOf("=");
  if (equals < 0) return refuse(`"${text}" has no "="`);
  const [first = "", ...rest] = text.slice(0, equals).split(/(&|<<|>>|@)/);
  const start = readNumber(first);
  if (typeof start !== "number") return start;
  const steps: { operator: U32Operator; operand: number }[] = [];
  for (let at = 0; at < rest.length; at += 2) {
    const operand = readNumber(rest[at + 1] ?? "");
    if (typeof operand !== "number") return operand;
    steps.push({ operator: operatorOf(rest[at]), operand });
  }
  const values = readValues(text.slice(equals + 1));
  if ("refused" in values) return values;
  return steps.length < MAX_PARTS ? { start, steps, values } : refuse("too many operators");
}

function operatorOf(text: string | undefined): U32Operator {
  return (["&", "<<", ">>"] as const).find((known) => known === text) ?? "@";
}

function readValues(text: string): readonly Range[] | Refusal {
  const values: Range[] = [];
  for (const item of text.split(",")) {
    const colon = item.indexOf(":");
    const min = readNumber(colon < 0 ? item : item.slice(0, colon));
    const max = colon < 0 ? min : readNumber(item.slice(colon + 1));
    if (typeof min !== "number") return min;
    if (typeof max !== "number") return max;
    values.push({ min, max });
  }
  return values.length <= MAX_PARTS ? values : refuse(`more than ${MAX_PARTS} values`);
}

function readNumber(text: string): number | Refusal {
  return parseNumber(text.trim(), 0, MAX_32);
}

function writeTest({ start, steps, values }: U32Test): string {
  const location = steps.map(({ operator, operand }) => `${operator}${hex(operand)}`);
  const wanted = values.map(({ min, max }) => (min === max ? hex(min) : `${hex(min)}:${hex(max)}`));
  return `${hex(start)}${location.join("")}=${wanted.join(",")}`;
}
