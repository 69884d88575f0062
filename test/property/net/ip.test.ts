import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { IPv4 } from "ip-num";
import { formatAddress, parseAddress, parseIPv4 } from "../../../engine/net/ip.js";
import { lengthOfMask, maskOfLength } from "../../../engine/net/prefix.js";

it("the hand-written IPv4 reader agrees with ip-num on every address", () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      assert.equal(parseIPv4(text), Number(new IPv4(text).getValue()));
    }),
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
