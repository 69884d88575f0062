import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress, parseAddress, parseAddressOf } from "../../../engine/net/ip.js";

describe("an address", () => {
  const written: readonly (readonly [text: string, canonical: string])[] = [
    ["10.0.0.1", "10.0.0.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["2001:0DB8::00ff", "2001:db8::ff"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["::ffff:1.2.3.4", "::ffff:1.2.3.4"],
    ["::ffff:102:304", "::ffff:1.2.3.4"],
    ["::102:304", "::1.2.3.4"],
    ["fd00:10:244:1::", "fd00:10:244:1::"],
  ];
  for (const [text, canonical] of written) {
    it(`${text} is written ${canonical}`, () => {
      const address = parseAddress(text);
      assert.ok(address !== undefined);
      assert.equal(formatAddress(address), canonical);
    });
  }

  const refused = [
    ..."1.2.3 1.2.3.4.5 256.0.0.1 01.2.3.4 1.2.3. .1.2.3 1..2.3 a.b.c.d 1.2.3.4/32 0x1.0.0.1".split(
      " ",
    ),
    ..."1::2::3 12345:: 1:2:3 ::: 1:2:3:4:5:6:7:8:9 :1::2 1:2:3:4:5:6:7: fe80::1%eth0 ::1.2.3 1.2.3.4::".split(
      " ",
    ),
    "",
  ];
  for (const text of refused) {
    it(`"${text}" is none`, () => assert.equal(parseAddress(text), undefined));
  }

  it("is read only in the family asked for", () => {
    assert.equal(parseAddressOf(4, "::1"), undefined);
    assert.equal(parseAddressOf(6, "10.0.0.1"), undefined);
    assert.equal(parseAddressOf(6, "::1"), 1n);
  });
});
