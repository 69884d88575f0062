import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseAddress } from "../../../engine/net/ip.js";
import { formatPrefix, parsePrefix, prefixContains } from "../../../engine/net/prefix.js";

const inside = (prefix: string, text: string): boolean => {
  const parsed = parsePrefix(prefix);
  const address = parseAddress(text);
  assert.ok(parsed !== undefined && address !== undefined);
  return prefixContains(parsed, address);
};

describe("a prefix", () => {
  const written: readonly (readonly [text: string, canonical: string])[] = [
    ["10.0.0.1", "10.0.0.1/32"],
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["10.1.2.3/0", "0.0.0.0/0"],
    ["10.1.2.3/255.255.0.0", "10.1.0.0/16"],
    ["10.1.2.3/255.0.255.0", "10.0.2.0/255.0.255.0"],
    ["fd00::1", "fd00::1/128"],
    ["fd00::1:1/64", "fd00::/64"],
  ];
  for (const [text, canonical] of written) {
    it(`${text} is written ${canonical}`, () => {
      const prefix = parsePrefix(text);
      assert.ok(prefix !== undefined);
      assert.equal(formatPrefix(prefix), canonical);
    });
  }

  for (const text of [
    "10.0.0.0/33",
    "10.0.0.0/",
    "fd00::/129",
    "10.0.0.0/ffff::",
    "/8",
    "10.0.0.0/-1",
  ]) {
    it(`"${text}" is none`, () => assert.equal(parsePrefix(text), undefined));
  }

  it("holds the addresses that agree in the bits of its mask, and no others", () => {
    assert.ok(inside("10.244.0.0/16", "10.244.255.1"));
    assert.ok(!inside("10.244.0.0/16", "10.245.0.1"));
    assert.ok(inside("0.0.0.0/0", "255.255.255.255"));
    assert.ok(inside("192.0.2.0/255.0.255.0", "192.99.2.77"));
    assert.ok(inside("fd00::/8", "fdff::1"));
    assert.ok(!inside("fd00::/8", "10.0.0.1"));
  });
});
