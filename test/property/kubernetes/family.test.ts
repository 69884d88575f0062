import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { parseSloppyAddress, sloppyFamily } from "../../../engine/kubernetes/sloppy.js";
import { familyOf } from "../../../engine/net/ip.js";

const PIECES = [
  "::",
  ":",
  ".",
  "%",
  "/",
  " ",
  "0",
  "1",
  "f",
  "F",
  "g",
  "00",
  "ffff",
  "fd00",
  "255",
];
const texts = fc.oneof(
  fc.ipV6(),
  fc.ipV4(),
  fc.ipV6().map((text) => text.toUpperCase()),
  fc.ipV6().map((text) => `${text}%eth0`),
  fc.ipV4().map((text) => `::ffff:${text}`),
  fc.ipV4().map((text) => `64:ff9b::${text}`),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((parts) => parts.join("")),
  fc.string({ maxLength: 20 }),
);

describe("the family of an address", () => {
  it("is that of the address that is read from the text, and none where none is read", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const address = parseSloppyAddress(text);
        assert.equal(sloppyFamily(text), address === undefined ? undefined : familyOf(address));
      }),
      { numRuns: 3_000 },
    );
  });
});
