import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clockAmong, readRecentLists } from "../../../tracer/host/read-recent-lists.js";

const CLOCK = "now at 2061590000000 nsecs\njiffies: 4295407880\n";
const SEEN = "src=1.2.3.4 ttl: 63 last_seen: 4295407630 oldest_pkt: 1 4295407630";
const SEEN_6 = "src=fd00::9 ttl: 63 last_seen: 4295407630 oldest_pkt: 1 4295407630";

function read(...texts: readonly { readonly file: string; readonly text: string }[]) {
  const { value, faults } = readRecentLists(texts, clockAmong(texts, 1_000_000));
  const lists = [...(value ?? [])].map(([name, entries]) => [
    name,
    entries.map(({ stamps }) => stamps),
  ]);
  return { lists: Object.fromEntries(lists), faults };
}

describe("recent lists given by files", () => {
  it("are named as their files are, and an empty file is an empty list", () => {
    const { lists, faults } = read(
      { file: "node/KUBE-SEP-A", text: `${SEEN}\n` },
      { file: "KUBE-SEP-B", text: "" },
      { file: "clock", text: CLOCK },
    );
    assert.deepEqual(faults, []);
    assert.deepEqual(lists, { "KUBE-SEP-A": [[999_000]], "KUBE-SEP-B": [] });
  });

  it("are several in one, as `grep -H` and as `tail` print them", () => {
    const path = "/proc/net/xt_recent";
    const grepped = `${CLOCK}${path}/a:${SEEN}\n${path}/b:${SEEN_6}\n${path}/b:${SEEN}\n`;
    assert.deepEqual(read({ file: "all", text: grepped }).lists, {
      a: [[999_000]],
      b: [[999_000], [999_000]],
    });
    const tailed = `${CLOCK}==> ${path}/a <==\n${SEEN}\n\n==> ${path}/b <==\n`;
    assert.deepEqual(read({ file: "all", text: tailed }).lists, { a: [[999_000]], b: [] });
  });

  it("are refused without the kernel's clock, which their times count from", () => {
    const { lists, faults } = read({ file: "seen", text: `\n${SEEN}\n` });
    assert.deepEqual(lists, {});
    assert.equal(faults.length, 1);
    assert.match(faults[0]?.message ?? "", /timer_list/);
    assert.deepEqual(faults[0]?.at, { file: "seen", line: 2 });
  });

  it("tell of a bad line with its place, and keep the others", () => {
    const { lists, faults } = read({ file: "seen", text: `${CLOCK}nonsense\n${SEEN}\n` });
    assert.deepEqual(lists, { seen: [[999_000]] });
    assert.deepEqual(
      faults.map(({ at }) => at.line),
      [3],
    );
  });
});
