import assert from "node:assert/strict";
import { it } from "node:test";
import {
  cleanAddress,
  cleanPrefix,
  parseSloppyAddress,
  parseSloppyPrefix,
} from "../../../engine/kubernetes/sloppy.js";

function address(text: string): string | undefined {
  const parsed = parseSloppyAddress(text);
  return parsed === undefined ? undefined : cleanAddress(parsed);
}

function prefix(text: string): string | undefined {
  const parsed = parseSloppyPrefix(text);
  return parsed === undefined ? undefined : cleanPrefix(parsed);
}

it("leading zeros of an address mean nothing", () => {
  assert.equal(address("010.001.000.077"), "10.1.0.77");
  assert.equal(address("FD00:0010:0096:0000::00AB"), "fd00:10:96::ab");
  assert.equal(address("0.0.0.0"), "0.0.0.0");
});

it("an IPv4 address in IPv6 form is the IPv4 address", () => {
  assert.equal(address("::ffff:10.1.2.3"), "10.1.2.3");
  assert.equal(prefix("::ffff:10.1.2.3/104"), "10.0.0.0/8");
});

it("an IPv6 address is written as Go writes it", () => {
  assert.equal(address("::1.2.3.4"), "::102:304");
  assert.equal(address("::1"), "::1");
  assert.equal(address("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
});

it("a CIDR loses its host bits", () => {
  assert.equal(prefix("010.001.002.003/16"), "10.1.0.0/16");
  assert.equal(prefix("fd00:10:244::1/48"), "fd00:10:244::/48");
  assert.equal(prefix("0.0.0.0/0"), "0.0.0.0/0");
});

it("what is no address or CIDR is refused", () => {
  for (const text of ["", " ", "10.1.2", "10.1.2.256", "not-an-ip", "1:2", "10.0.0.1/8"]) {
    assert.equal(address(text), undefined, text);
  }
  for (const text of ["10.0.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "/8", "10.0.0.0/x"]) {
    assert.equal(prefix(text), undefined, text);
  }
});
