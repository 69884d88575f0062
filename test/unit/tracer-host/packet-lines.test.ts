import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { packetOfParts, readPacketLines } from "../../../tracer/packet/jsonl.js";

const SYN =
  '{"in": "eth0", "protocol": "tcp", "source": "10.0.0.1", "sourcePort": 4000, "destination": "10.96.0.1", "destinationPort": 80, "flags": "syn,ack"}';

describe("the reader of packets a line", () => {
  it("reads a packet with all that the line says, the rest as senders usually set it", () => {
    const [line] = readPacketLines(`${SYN}\n`).value;
    const packet = packetOfParts(line?.parts ?? {});
    assert.equal(packet?.inInterface, "eth0");
    assert.equal(packet.protocol, 6);
    assert.equal(packet.source, 0x0a000001);
    assert.equal(packet.destinationPort, 80);
    assert.equal(packet.tcpFlags, 18);
    assert.equal(packet.ttl, 64);
  });

  it("reads which piece of a datagram a packet is; the last piece when nothing more is said", () => {
    const piece = (fragment: string) =>
      readPacketLines(SYN.replace('"flags"', `"fragment": ${fragment}, "flags"`)).value[0]?.parts;
    assert.deepEqual(piece('{"offset": 1480, "more": true}')?.fragment, {
      offset: 1480,
      more: true,
    });
    assert.deepEqual(piece('{"offset": 8}')?.fragment, { offset: 8, more: false });
    assert.deepEqual(piece('{"offset": 0, "more": true, "id": 7}')?.fragment, {
      offset: 0,
      more: true,
      id: 7,
    });
  });

  it("reads IPv6 extension headers, and what few protocols carry", () => {
    const six = (more: string) =>
      readPacketLines(
        `{"protocol": "dccp", "source": "fd00::1", "destination": "fd00::2", "destinationPort": 5, ${more}}`,
      );
    const { value, faults } = six(
      '"messageType": 2, "headers": [{"header": "hop-by-hop", "length": 8, "options": [{"type": 5, "length": 2}]}, {"header": "ipv6-route", "routing": {"type": 0, "addresses": ["fd00::9"]}}]',
    );
    assert.deepEqual(faults, []);
    const packet = packetOfParts(value[0]?.parts ?? {});
    assert.equal(packet?.messageType, 2);
    assert.deepEqual(packet.extensionHeaders, [
      { header: 0, length: 8, options: [{ type: 5, length: 2 }] },
      {
        header: 43,
        length: { unknown: "the length of the packet's extension header is not given" },
        routing: { type: 0, segmentsLeft: 0, addresses: [0xfd000000000000000000000000000009n] },
      },
    ]);
    for (const headers of ['"ah"', '[{"header": 7}]', '[{"header": "ah", "length": -1}]']) {
      assert.match(six(`"headers": ${headers}`).faults[0]?.message ?? "", /^headers: .* is no /);
    }
  });

  it("takes `icmp` between IPv6 addresses for ICMPv6", () => {
    const [line] = readPacketLines(
      '{"protocol": "icmp", "source": "fd00::1", "destination": "fd00::2"}',
    ).value;
    const packet = packetOfParts(line?.parts ?? {});
    assert.equal(packet?.protocol, 58);
    assert.equal(packet.icmpType, 128);
    assert.equal(packet.inInterface, undefined);
  });

  it("leaves out what a packet of the line's protocol does not have", () => {
    const all = SYN.replace("{", '{"icmpType": 8, ');
    const read = (protocol: string) => {
      const [line] = readPacketLines(all.replace('"tcp"', `"${protocol}"`)).value;
      return packetOfParts(line?.parts ?? {});
    };
    assert.deepEqual([read("tcp")?.tcpFlags, read("tcp")?.icmpType], [18, undefined]);
    assert.deepEqual([read("udp")?.tcpFlags, read("udp")?.destinationPort], [undefined, 80]);
    const icmp = read("icmp");
    assert.deepEqual(
      [icmp?.icmpType, icmp?.destinationPort, icmp?.sourcePort, icmp?.tcpFlags],
      [8, undefined, undefined, undefined],
    );
  });

  it("tells where a field stands, not where its name is a value", () => {
    const line = '{"connection": "source", "source": 1}';
    assert.equal(readPacketLines(line).faults[0]?.at.column, 26);
  });

  it("tells where a line stops being JSON", () => {
    const [found] = readPacketLines('{"in": "eth0", "protocol": "tcp"').faults;
    assert.deepEqual([found?.at.line, found?.at.column], [1, 33]);
  });

  it("lets later lines of a connection leave out what stays the same", () => {
    const first = SYN.replace("{", '{"connection": "a", ');
    const { value, faults } = readPacketLines(
      `${first}\n\n{"connection": "a", "reply": true}\n{"connection": "a", "flags": "ack"}\n`,
    );
    assert.deepEqual(faults, []);
    assert.deepEqual(
      value.map(({ line, connection, reply }) => [line, connection, reply]),
      [
        [1, "a", false],
        [3, "a", true],
        [4, "a", false],
      ],
    );
    assert.deepEqual(value[2]?.parts, { tcpFlags: 16 });
  });

  const bad: readonly (readonly [what: string, line: string, column: number, words: RegExp])[] = [
    ["no JSON", '{"in": ', 1, /not a JSON object/],
    ["no object", "[1]", 1, /JSON object/],
    ["an unknown field", '{"src": "10.0.0.1"}', 2, /no such field/],
    ["a port too high", SYN.replace("4000", "65536"), 57, /0 to 65535/],
    ["a port that is text", SYN.replace("4000", '"4000"'), 57, /whole number/],
    ["an unknown flag", SYN.replace("syn,ack", "sin"), 128, /no TCP flag/],
    ["a bad address", SYN.replace("10.96.0.1", "10.96.0.256"), 77, /no address/],
    ["mixed families", SYN.replace("10.96.0.1", "fd00::1"), 77, /different families/],
    [
      "a fragment that cannot be",
      SYN.replace('"flags"', '"fragment": {"offset": 7}, "flags"'),
      128,
      /a multiple of 8/,
    ],
    ["missing parts", '{"protocol": "tcp"}', 1, /source, destination, destinationPort not given/],
    ["a reply to nothing", '{"reply": true}', 1, /needs the name/],
    ["a reply before any packet", '{"connection": "z", "reply": true}', 1, /no packet yet/],
  ];
  for (const [what, line, column, words] of bad) {
    it(`tells ${what} with line and column, and keeps the good lines`, () => {
      const { value, faults } = readPacketLines(`${SYN}\n${line}\n${SYN}\n`, "p.jsonl");
      assert.equal(value.length, 2);
      assert.equal(faults.length, 1);
      assert.match(faults[0]?.message ?? "", words);
      assert.deepEqual(faults[0]?.at.line, 2);
      assert.deepEqual(faults[0].at.column, column);
      assert.deepEqual(faults[0].at.file, "p.jsonl");
    });
  }

  it("tells all that is wrong with a line in one run", () => {
    const { faults } = readPacketLines('{"ttl": 256, "tos": -1, "mac": "zz", "protocol": 300}');
    assert.equal(faults.length, 4);
  });
});
