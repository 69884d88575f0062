import { fault, type Checked, type Fault } from "../../engine/errors.js";
import { readRecentList, tickRateOf, type TickClock } from "./read-recent.js";
import type { HostText } from "./read-host.js";
import { lineAt } from "./lines.js";
import type { RecentEntry } from "./types.js";

export type RecentLists = ReadonlyMap<string, readonly RecentEntry[]>;

/** `NAME:` before each line (`grep -H "" /proc/net/xt_recent/*`). */
const PREFIXED = /^\S*\/xt_recent\/(?<name>.+?):(?<rest>src=.*)$/;
/** `==> NAME <==` before a list (`tail -n +1 /proc/net/xt_recent/*`). */
const HEADER = /^==> (?:.*\/)?(?<name>[^/]+) <==$/;
/** Of `/proc/timer_list`: the time since the start, and the tick counter. */
const CLOCK = /^(?:now at \d+ nsecs|jiffies: \d+)$/;

/**
 * Reads lists of `/proc/net/xt_recent`: a list in each file, named as the file is, or several in one
 * file, each line or each list with its name before it; lines that tell the kernel's clock may stand
 * among them (`clockAmong`).
 */
export function readRecentLists(
  texts: readonly HostText[],
  clock: TickClock | undefined,
): Checked<RecentLists | undefined> {
  const faults: Fault[] = [];
  const value = new Map<string, readonly RecentEntry[]>();
  for (const { file, text } of texts) {
    for (const [name, lines] of listsOf(text, nameOfFile(file))) {
      if (clock === undefined) {
        const first = lines.findIndex((line) => line !== undefined) + 1;
        faults.push(fault("bad-recent", NO_CLOCK, lineAt(file, Math.max(first, 1))));
        return { value: undefined, faults };
      }
      const list = Array.from(lines, (line) => line ?? "").join("\n");
      const read = readRecentList(list, clock, file);
      faults.push(...read.faults);
      value.set(name, read.value);
    }
  }
  return { value, faults };
}

const NO_CLOCK =
  "the times in a list count from the kernel's clock, which is not told: put the output of " +
  '`grep -m 2 -E "^now|^jiffies" /proc/timer_list` before the lists';

/** The lists of a text, each with its lines at the places where they stand in the text. */
function listsOf(
  text: string,
  ownName: string,
): ReadonlyMap<string, readonly (string | undefined)[]> {
  const lists = new Map<string, (string | undefined)[]>();
  const listNamed = (name: string): (string | undefined)[] => {
    const list = lists.get(name) ?? [];
    lists.set(name, list);
    return list;
  };
  let current: string | undefined;
  let named = false;
  text.split("\n").forEach((source, index) => {
    const line = source.trimEnd();
    const header = HEADER.exec(line)?.groups?.["name"];
    const prefixed = PREFIXED.exec(line)?.groups;
    if (header !== undefined) {
      current = header;
      listNamed(header);
    } else if (prefixed !== undefined) {
      listNamed(prefixed["name"] ?? "")[index] = prefixed["rest"];
    } else if (line.trim() !== "" && !CLOCK.test(line)) {
      listNamed(current ?? ownName)[index] = line;
    }
    named ||= header !== undefined || prefixed !== undefined || CLOCK.test(line);
  });
  // An empty file is an empty list.
  if (!named && text.trim() === "") listNamed(ownName);
  return lists;
}

function nameOfFile(file: string | undefined): string {
  return (file ?? "").split("/").at(-1) ?? "";
}

/** The kernel's clock, from which lists count their times, where a text tells of it. */
export function clockAmong(texts: readonly HostText[], now: number): TickClock | undefined {
  return readClock(texts.map(({ text }) => text).join("\n"), now);
}

/** Of `/proc/timer_list`; `undefined` where one of the two lines is missing. */
export function readClock(text: string, now: number): TickClock | undefined {
  const uptime = /^now at (\d+) nsecs/m.exec(text)?.[1];
  const ticks = /^jiffies: (\d+)/m.exec(text)?.[1];
  if (uptime === undefined || ticks === undefined) return undefined;
  return {
    ticks: Number(ticks),
    perSecond: tickRateOf(Number(ticks), Number(uptime) / 1e9),
    now,
  };
}
