import { fault, type Checked, type Fault } from "../../engine/errors.js";
import { readHost, type HostText } from "./read-host.js";
import { readClock, readRecentLists } from "./read-recent-lists.js";
import { SNAPSHOT_PARTS, SNAPSHOT_TITLE, type SnapshotPart } from "./snapshot.js";
import { lineAt } from "./lines.js";
import { assumed, given, type HostState } from "./types.js";

/** A save of one backend and family; lines count as in the snapshot's file. */
export interface SnapshotRules extends HostText {
  readonly part: SnapshotPart;
}

/** What a snapshot file holds. */
export interface Snapshot {
  readonly host: HostState;
  /** The node's rules, of each backend and family that it has any of. */
  readonly rules: readonly SnapshotRules[];
}

interface Part {
  /** Empty lines, as many as stand before it in the file, and the command's output. */
  readonly text: string;
  /** The command's exit status; 0 is success. */
  readonly status: number;
}

/**
 * Reads what `SNAPSHOT_COMMAND` printed. Where a command was missing or failed, the piece of
 * `base` stays, which says that it is assumed.
 */
export function readSnapshot(text: string, file: string, base: HostState): Checked<Snapshot> {
  const cut = cutParts(text, file);
  const parts = cut.value;
  const good = (part: SnapshotPart): HostText | undefined => {
    const found = parts.get(part);
    return found?.status === 0 ? { file, text: found.text } : undefined;
  };
  const several = (names: readonly SnapshotPart[]): readonly HostText[] | undefined => {
    const found = names.flatMap((name) => good(name) ?? []);
    return found.length > 0 ? found : undefined;
  };
  const host = readHost(
    {
      addresses: good("addresses"),
      routes: several(["routes4", "routes6"]),
      rules4: good("rules4"),
      rules6: good("rules6"),
      sysctls: good("sysctls"),
      sets: good("sets"),
      connections: several(["connections4", "connections6"]),
    },
    base,
  );
  const now = secondsOf(good("date")?.text);
  const recent = readRecent(parts, file, now ?? 0);
  const name = good("host")?.text.trim();
  return {
    value: {
      host: {
        ...host.value,
        name: name === undefined || name === "" ? base.name : name,
        now: now === undefined ? base.now : given(now),
        recent: recent.value,
      },
      rules: rulesOf(good),
    },
    faults: [...cut.faults, ...host.faults, ...recent.faults],
  };
}

const MARKER = /^=== (?:(?:part (\S+))|(?:end (\d+)))$/;

function cutParts(text: string, file: string): Checked<ReadonlyMap<SnapshotPart, Part>> {
  const value = new Map<SnapshotPart, Part>();
  const faults: Fault[] = [];
  const lines = text.split("\n");
  if (lines[0]?.trimEnd() !== SNAPSHOT_TITLE) {
    const message = `a snapshot begins with the line "${SNAPSHOT_TITLE}"; this is something else`;
    return { value, faults: [fault("bad-snapshot", message, lineAt(file, 1), lines[0])] };
  }
  let open: { readonly part: SnapshotPart; readonly first: number } | undefined;
  lines.forEach((line, index) => {
    // Where an output ends without a newline, the marker follows on the same line.
    const marker = MARKER.exec(/=== (?:part|end) \S+$/.exec(line.trimEnd())?.[0] ?? "");
    if (marker === null) return;
    const part = SNAPSHOT_PARTS.find((known) => known === marker[1]);
    if (part !== undefined) open = { part, first: index + 1 };
    if (marker[2] === undefined || open === undefined) return;
    const output = [...lines.slice(open.first, index), line.slice(0, line.lastIndexOf("=== end"))];
    value.set(open.part, {
      text: "\n".repeat(open.first) + output.join("\n"),
      status: Number(marker[2]),
    });
    open = undefined;
  });
  if (open !== undefined) {
    const message = `the snapshot breaks off in its part "${open.part}"`;
    faults.push(fault("bad-snapshot", message, lineAt(file, open.first)));
  }
  return { value, faults };
}

/** ms since 1970 of `date +%s`. */
function secondsOf(text: string | undefined): number | undefined {
  const seconds = /^\d+$/.exec(text?.trim() ?? "")?.[0];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** A plain save counts only where neither backend has one of its own name. */
function rulesOf(good: (part: SnapshotPart) => HostText | undefined): readonly SnapshotRules[] {
  const filled = (part: SnapshotPart): SnapshotRules[] => {
    const found = good(part);
    return found === undefined || !/^\*/m.test(found.text) ? [] : [{ ...found, part }];
  };
  const four = [...filled("legacy4"), ...filled("nft4")];
  const six = [...filled("legacy6"), ...filled("nft6")];
  return [
    ...(four.length > 0 ? four : filled("save4")),
    ...(six.length > 0 ? six : filled("save6")),
  ];
}

/** No output means that there is no list. */
function readRecent(
  parts: ReadonlyMap<SnapshotPart, Part>,
  file: string,
  now: number,
): Checked<HostState["recent"]> {
  const part = parts.get("recent");
  if (part === undefined) {
    return { value: assumed(new Map(), "the snapshot has no recent lists"), faults: [] };
  }
  const clock = readClock(parts.get("ticks")?.text ?? "", now);
  if (part.text.trim() === "") return { value: given(new Map()), faults: [] };
  if (clock === undefined) {
    const because =
      "the snapshot does not tell the kernel's clock, so the recent lists have no times";
    return { value: assumed(new Map(), because), faults: [] };
  }
  const { value, faults } = readRecentLists([{ file, text: part.text }], clock);
  return { value: given(value ?? new Map()), faults };
}
