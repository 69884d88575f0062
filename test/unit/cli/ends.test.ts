import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEnd, type End } from "../../../tracer/cli/ends/parse.js";

describe("an end of a packet", () => {
  const read: readonly (readonly [text: string, end: End])[] = [
    ["10.0.0.1", { kind: "address", address: 0x0a000001, port: undefined }],
    ["10.0.0.1:80", { kind: "address", address: 0x0a000001, port: 80 }],
    ["10.0.0.1:http", { kind: "address", address: 0x0a000001, port: 80 }],
    ["::1", { kind: "address", address: 1n, port: undefined }],
    ["[::1]:80", { kind: "address", address: 1n, port: 80 }],
    ["pod/shop/web-1", { kind: "pod", namespace: "shop", name: "web-1", port: undefined }],
    ["pod/web-1:8080", { kind: "pod", namespace: "default", name: "web-1", port: 8080 }],
    ["svc/shop/web:http", { kind: "service", namespace: "shop", name: "web", port: "http" }],
    ["svc/web", { kind: "service", namespace: "default", name: "web", port: undefined }],
    ["node/n1:31357", { kind: "node", name: "n1", port: 31357 }],
    ["external", { kind: "external", port: undefined }],
    ["external:4000", { kind: "external", port: 4000 }],
  ];
  for (const [text, end] of read) {
    it(`${text} is a ${end.kind}`, () => assert.deepEqual(parseEnd(text), end));
  }

  for (const text of [
    "",
    "pod/",
    "pod/a/b/c",
    "svc/",
    "node/",
    "node/a/b",
    "10.0.0.1:70000",
    "10.0.0:80",
    "host.example",
    "job/a/b",
  ]) {
    it(`"${text}" is none, and the message says what would be`, () => {
      const message = parseEnd(text);
      assert.equal(typeof message, "string");
    });
  }
});
