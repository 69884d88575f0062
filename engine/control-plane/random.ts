import seedrandom from "seedrandom";
import { isObject } from "./json.js";

/** A source of chance whose whole state is data, so that a session can be put down and taken up. */
export interface Random {
  /** 0 up to, not including, 1. */
  next(): number;
  /** 0 to `bound - 1`. */
  below(bound: number): number;
  state(): RandomState;
}

/** The state of seedrandom's `alea` generator. */
export interface RandomState {
  readonly c: number;
  readonly s0: number;
  readonly s1: number;
  readonly s2: number;
}

export function createRandom(seed: string | RandomState): Random {
  const generator =
    typeof seed === "string"
      ? seedrandom.alea(seed, { state: true })
      : seedrandom.alea("", { state: { ...seed } });
  return {
    next: () => generator(),
    below: (bound) => Math.floor(generator() * bound),
    state: () => readState(generator.state()),
  };
}

function readState(state: unknown): RandomState {
  const field = (name: string): number => {
    const value = isObject(state) ? state[name] : undefined;
    return typeof value === "number" ? value : 0;
  };
  return { c: field("c"), s0: field("s0"), s1: field("s1"), s2: field("s2") };
}

/** The letters that Kubernetes makes names from: no vowels, so no words. */
const NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

export function randomSuffix(random: Random, length = 5): string {
  let suffix = "";
  for (let count = 0; count < length; count++) {
    suffix += NAME_LETTERS.charAt(random.below(NAME_LETTERS.length));
  }
  return suffix;
}

/** A version 4 UUID. */
export function randomUid(random: Random): string {
  const hex = (digits: number): string =>
    random
      .below(16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  const variant = "89ab".charAt(random.below(4));
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(6)}${hex(6)}`;
}

/** Writes the digits of a number in the letters of names (`rand.SafeEncodeString`). */
export function nameSafe(digits: string): string {
  return digits.replaceAll(/./g, (digit) =>
    NAME_LETTERS.charAt(digit.charCodeAt(0) % NAME_LETTERS.length),
  );
}
