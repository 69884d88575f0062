import { refuse, type Codec } from "./define.js";
import { number, oneWord } from "./codecs.js";

/** Classes of RFC 2474, 2597 and 3246; a name that goes on after one of these is read as it. */
const CLASSES: readonly (readonly [name: string, value: number])[] = [
  ["CS0", 0x00],
  ["CS1", 0x08],
  ["CS2", 0x10],
  ["CS3", 0x18],
  ["CS4", 0x20],
  ["CS5", 0x28],
  ["CS6", 0x30],
  ["CS7", 0x38],
  ["BE", 0x00],
  ["AF11", 0x0a],
  ["AF12", 0x0c],
  ["AF13", 0x0e],
  ["AF21", 0x12],
  ["AF22", 0x14],
  ["AF23", 0x16],
  ["AF31", 0x1a],
  ["AF32", 0x1c],
  ["AF33", 0x1e],
  ["AF41", 0x22],
  ["AF42", 0x24],
  ["AF43", 0x26],
  ["EF", 0x2e],
];

/** 0 to 63, in two hex digits. */
export const dscpValue: Codec<number> = {
  ...number(0, 63),
  write: (value) => `0x${value.toString(16).padStart(2, "0")}`,
};

export const dscpClass: Codec<number> = oneWord(
  (text) =>
    CLASSES.find(([name]) => text.toUpperCase().startsWith(name))?.[1] ??
    refuse(`"${text}" is no DSCP class`),
  dscpValue.write,
);
