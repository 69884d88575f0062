import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/root.js";
import { capture } from "../support/transcript.js";

const CHAPTER = { cwd: join(ROOT, "examples", "chapter") };
const OBJECTS = ["trace", "-f", "cluster.yaml", "--config", "kube-proxy.yaml"];
const SERVICE = [...OBJECTS, "--from", "pod/default/client", "--to", "svc/default/myapp:80"];

function ask(rules: string, ...argv: readonly string[]) {
  const input = `*filter\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules}\nCOMMIT\n`;
  const ends = ["--from", "10.0.0.1", "--to", "10.0.0.2:80", "--reply"];
  return capture(["trace", "--rules", "-", ...ends, ...argv], { input });
}

describe("the reply", () => {
  it("of an endpoint is walked whole, and comes from the Service's address", async () => {
    const { out } = await capture([...SERVICE, "--seed", "a", "--reply"], CHAPTER);
    assert.match(out, /\nthe reply:\ntcp SYN,ACK 10\.0\.\d\.\d:8080/);
    assert.match(out, /forwarded to 10\.0\.2\.9:40000 .*\(source now 10\.100\.166\.225:80\)\n$/);
  });

  it("of each of several endpoints is told in a line", async () => {
    const { out } = await capture([...SERVICE, "--reply"], CHAPTER);
    const [, replies = ""] = out.split("\nthe replies:\n");
    assert.deepEqual(
      replies.match(/^ {2}from \S+/gm),
      ["  from 10.0.2.3:8080", "  from 10.0.3.5:8080"],
      out,
    );
  });

  it("is part of the one JSON answer, of a walk and of each outcome", async () => {
    const one = await capture([...SERVICE, "--seed", "a", "--reply", "-o", "json"], CHAPTER);
    const all = await capture([...SERVICE, "--reply", "-o", "json"], CHAPTER);
    const walk: unknown = JSON.parse(one.out);
    const odds: unknown = JSON.parse(all.out);
    assert.match(JSON.stringify(walk), /"reply":\{"version":1,"verdict":"forwarded"/);
    assert.equal(JSON.stringify(odds).match(/"reply":\{"version":1/g)?.length, 2);
  });

  it("that hangs on what is not known is told both ways", async () => {
    const { out } = await ask("-A FORWARD -s 10.0.0.2/32 -m set --match-set bad src -j DROP");
    const [, reply = ""] = out.split("\nthe reply:\n");
    assert.match(reply, /if -m set --match-set bad src .*\n.*dropped by filter FORWARD rule 1/);
    assert.match(reply, /unless -m set --match-set bad src .*\n.*forwarded to 10\.0\.0\.1:40000/);
  });

  it("to what was dropped does not come", async () => {
    const { out } = await ask("-A FORWARD -j DROP");
    assert.match(out, /\n\nno reply: nobody received the packet\n$/);
    const json = await ask("-A FORWARD -j DROP", "--seed", "a", "-o", "json");
    assert.match(json.out, /"reply":null/);
  });

  it("to what was rejected is the node's answer, which OUTPUT may drop again", async () => {
    const answered = await ask("-A FORWARD -j REJECT");
    assert.match(answered.out, /\nthe node's answer:\nicmp 3\/3 .*\n(?:.*\n)*sent to 10\.0\.0\.1/);
    const silent = await ask("-A FORWARD -j REJECT\n-A OUTPUT -p icmp -j DROP");
    assert.match(silent.out, /\nthe node's answer:\n(?:.*\n)*dropped by filter OUTPUT rule 1/);
  });
});
