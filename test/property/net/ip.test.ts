import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { collapseIPv6Number, IPv4, IPv6 } from "ip-num";
import { formatAddress, parseAddress, parseIPv4 } from "../../../engine/net/ip.js";
import { lengthOfMask, maskOfLength } from "../../../engine/net/prefix.js";

it("the hand-written IPv4 reader agrees with ip-num on every address", () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      assert.equal(parseIPv4(text), Number(new IPv4(text).getValue()));
    }),
  );
});

/** Groups of zeros, so that `::` has something to stand for, or to choose between. */
const groups = fc.array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff)), {
  minLength: 8,
  maxLength: 8,
});

it("the hand-written IPv6 writer and reader agree with ip-num where no IPv4 address ends the text", () => {
  fc.assert(
    fc.property(groups, (given) => {
      const address = given.reduce((sum, group) => sum * 65536n + BigInt(group), 0n);
      const text = formatAddress(address);
      if (!text.includes(".")) {
        assert.equal(text, collapseIPv6Number(new IPv6(address).toString()));
      }
      assert.equal(parseAddress(text), address);
      const long = given.map((group) => group.toString(16).padStart(4, "0")).join(":");
      assert.equal(parseAddress(long), address);
    }),
    { numRuns: 2_000 },
  );
});

it("an address of either family survives writing and reading", () => {
  const addresses = fc.oneof(fc.nat(0xffffffff), fc.bigInt(0n, (1n << 128n) - 1n));
  fc.assert(
    fc.property(addresses, (address) => {
      assert.equal(parseAddress(formatAddress(address)), address);
    }),
  );
});

it("a mask made of its length tells that length", () => {
  for (let length = 0; length <= 128; length++) {
    assert.equal(lengthOfMask(maskOfLength(6, length)), length);
    if (length <= 32) assert.equal(lengthOfMask(maskOfLength(4, length)), length);
  }
});
