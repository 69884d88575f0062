import type { Failure } from "../properties/prove.js";
import { count, sizeText } from "./words.js";

/** More of a smallest input are only counted. */
const MOST_OBJECTS = 12;

/** A property that does not hold, with the smallest input on which it does not. */
export function failureText({
  property,
  seed,
  size,
  wrong,
  objects,
  setup,
  tries,
}: Failure): string {
  const where = size === undefined ? "small clusters of every feature" : sizeText(size);
  const begun = size === undefined ? "fast-check shrank it" : "Services were taken away";
  const again = size === undefined ? "" : ` --sizes ${size.services} --endpoints ${size.endpoints}`;
  const shown = objects.slice(0, MOST_OBJECTS).map((object) => `  ${JSON.stringify(object)}\n`);
  const more = objects.length - MOST_OBJECTS;
  return [
    `\nA property does not hold, nothing was timed: ${property}\n`,
    `On ${where}, seed ${seed}; ${begun} in ${count(tries)} tries, down to ${count(objects.length)} objects.\n\n`,
    `${wrong}\n\n`,
    `The objects, for node ${setup.flags.node ?? "?"}, IPv${setup.flags.family}:\n`,
    ...shown,
    more > 0 ? `  and ${count(more)} more\n` : "",
    `\nAgain: npm run bench -- --seed ${seed}${again}\n`,
  ].join("");
}
