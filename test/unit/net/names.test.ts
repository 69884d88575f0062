import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePort } from "../../../engine/net/port.js";
import { protocolName, protocolNumber } from "../../../engine/net/protocol.js";
import { servicePort } from "../../../engine/net/service-names.js";

describe("names of services", () => {
  it("belong to a protocol: tftp is UDP's, http TCP's, domain both's, amqp SCTP's too", () => {
    assert.equal(servicePort("tftp", "udp"), 69);
    assert.equal(servicePort("tftp", "tcp"), undefined);
    assert.equal(servicePort("http", "tcp"), 80);
    assert.equal(servicePort("http", "udp"), undefined);
    assert.deepEqual([servicePort("domain", "tcp"), servicePort("domain", "udp")], [53, 53]);
    assert.equal(servicePort("amqp", "sctp"), 5672);
  });

  it("have aliases", () => {
    assert.equal(servicePort("www", "tcp"), 80);
  });

  it("are found under any protocol when none is asked for", () => {
    assert.deepEqual([servicePort("tftp"), servicePort("http")], [69, 80]);
  });

  it("are not those of objects", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      assert.equal(servicePort(name, "tcp"), undefined);
    }
  });

  it("stand for ports beside decimal, hex and octal numbers", () => {
    assert.deepEqual(
      ["https", "443", "0x1bb", "0673", "65536", "08", "-1", "", "nonsense"].map((text) =>
        parsePort(text, "tcp"),
      ),
      [443, 443, 443, 443, undefined, undefined, undefined, undefined, undefined],
    );
  });
});

describe("names of protocols", () => {
  it("are read in any case, with their other spellings, and as numbers", () => {
    assert.deepEqual(
      ["TCP", "icmpv6", "ipv6-icmp", "mh", "gre", "ipv4", "all", "0x11", "021", "255"].map(
        protocolNumber,
      ),
      [6, 58, 58, 135, 47, 4, 0, 17, 17, 255],
    );
    assert.deepEqual(["", "256", "08", "nonsense", "constructor"].map(protocolNumber), [
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("are printed as a save prints them, a number where there is none", () => {
    assert.deepEqual([6, 58, 135, 4, 47, 7].map(protocolName), [
      "tcp",
      "ipv6-icmp",
      "mobility-header",
      "ipencap",
      "gre",
      "7",
    ]);
  });
});
