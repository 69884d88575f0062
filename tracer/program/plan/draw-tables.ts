import { PROBABILITY_GRID } from "../../../engine/iptables/probability.js";
import type { Luck } from "../../choose/luck.js";

/* Where in a table its parts stand: see `DrawTables.row`. */
export const LOW = 0;
export const STRETCHES = 1;
export const GUIDE = 2;
/** The lot from which on the first answer is right. */
export const FROM = 3;

/** Where a table stands. */
export interface DrawTable {
  readonly table: number;
  /** One for each draw, and one more: all fail. */
  readonly answers: number;
}

/** The table for draws, and how often fresh lots were taken before their first. */
export interface DrawsBy extends DrawTable {
  readonly round: number;
}

/**
 * Which of several draws, one after the other, is the first to succeed, by the lot: tables of the lots
 * at which the answer changes. Equal ones are kept once, as those of Services with as many endpoints.
 */
export class DrawTables {
  /**
   * Of each table: the least lot; how many stretches each lot counts for, where all lots lie in as many
   * stretches as there are answers; for each stretch the answer in its middle, and once more the last;
   * then, `FROM` and as many numbers as there are answers behind the beginning, the lot from which on each
   * answer is right, and infinity.
   */
  row = new Float64Array(64);
  #length = 0;
  /** Of all keys. */
  #letters = 0;
  readonly #known = new Map<string, DrawTable>();

  /** How much there is, in numbers of 32 bits. */
  get size(): number {
    return 2 * this.#length + this.#letters / 4;
  }

  /** For draws of so many ways of 2^31 each, one after the other. What `luck` has left is used up. */
  tableOf(luck: Luck, ways: readonly number[]): DrawsBy {
    // Fresh lots are taken now, where too few are left.
    luck.split(ways[0] ?? 0, PROBABILITY_GRID);
    const { low, range, round } = luck;
    const key = `${low} ${range} ${ways.join(" ")}`;
    const known = this.#known.get(key);
    if (known !== undefined) return { ...known, round };
    const splits = splitsOf(luck, ways);
    const answers = splits.length + 1;
    const guide: number[] = [];
    let answer = 0;
    for (let stretch = 0; stretch < answers; stretch++) {
      const middle = low + ((stretch + 0.5) / answers) * range;
      while ((splits[answer] ?? Number.POSITIVE_INFINITY) <= middle) answer++;
      guide.push(answer);
    }
    // The last lot may be rounded up into a stretch that is none.
    guide.push(answers - 1);
    const ends = [0, ...splits, Number.POSITIVE_INFINITY];
    const made = { table: this.#push([low, answers / range, ...guide, ...ends]), answers };
    this.#known.set(key, made);
    this.#letters += key.length;
    return { ...made, round };
  }

  /** Which answer of a table of so many a lot is for. */
  answerOf(table: number, answers: number, lot: number): number {
    const { row } = this;
    const stretch = ((lot - (row[table + LOW] ?? 0)) * (row[table + STRETCHES] ?? 0)) | 0;
    const from = table + FROM + answers;
    let answer = row[table + GUIDE + stretch] ?? 0;
    while (lot < (row[from + answer] ?? 0)) answer--;
    while (lot >= (row[from + answer + 1] ?? Number.POSITIVE_INFINITY)) answer++;
    return answer;
  }

  #push(numbers: readonly number[]): number {
    const place = this.#length;
    this.#length += numbers.length;
    if (this.#length > this.row.length) {
      const grown = new Float64Array(Math.max(this.#length, this.row.length * 2));
      grown.set(this.row);
      this.row = grown;
    }
    this.row.set(numbers, place);
    return place;
  }
}

/** The lots at which answers change, as far as no fresh lots are taken between the draws. */
function splitsOf(luck: Luck, ways: readonly number[]): readonly number[] {
  const { round } = luck;
  const splits: number[] = [];
  for (const own of ways) {
    const split = luck.split(own, PROBABILITY_GRID);
    if (luck.round !== round) break;
    splits.push(split);
    luck.decided(split, false);
  }
  return splits;
}
