import type { Command } from "commander";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import type { JournalEntry } from "../../../../engine/control-plane/journal.js";
import { layOut } from "../../../../engine/control-plane/table/table.js";
import { command, integer, oneOf } from "../../command.js";
import { lookAtCluster, type LabContext } from "./context.js";

const FORMATS = ["json"] as const;

interface EventsOptions {
  readonly of?: string;
  readonly tail?: number;
  readonly all?: true;
  readonly output?: (typeof FORMATS)[number];
}

export function eventsCommand(context: LabContext): Command {
  return command("events", "who did what because of what, in order")
    .option("--of <object>", "only what led to and followed from changes of deployment/web")
    .option("--tail <count>", "only the last ones", integer(1, 1_000_000))
    .option("--all", "with the cluster's own beginnings")
    .option("-o, --output <json>", "one JSON object a line", oneOf(FORMATS))
    .action((options: EventsOptions, self: Command) =>
      lookAtCluster(context, self, ({ cluster }) => {
        const entries = chosen(cluster, options);
        context.io.out(
          options.output === "json"
            ? entries.map((entry) => `${JSON.stringify(entry)}\n`).join("")
            : asText(entries, cluster),
        );
        if (entries.length === 0) context.io.err("No events found.\n");
        return [];
      }),
    );
}

function chosen(cluster: Cluster, options: EventsOptions): readonly JournalEntry[] {
  const { entries } = cluster.journal;
  const first = entries.findIndex(({ actor }) => isOutside(actor));
  const since = options.all === true ? entries : entries.slice(Math.max(0, first));
  const about = options.of === undefined ? since : related(entries, options.of);
  return options.tail === undefined ? about : about.slice(-options.tail);
}

/** Whatever is not a component acts of its own accord: a user, or an accident. */
function isOutside(actor: string): boolean {
  return actor === "kubectl" || actor === "outside";
}

/** Entries about an object, all that led to them, and all that came of them. */
function related(entries: readonly JournalEntry[], object: string): readonly JournalEntry[] {
  const [kind = "", ...name] = object.split("/");
  const wanted = name.length > 1 ? object : `${kind}/default/${name.join("/")}`;
  const kept = new Set<number>();
  const byNumber = new Map(entries.map((entry) => [entry.number, entry]));
  for (const entry of entries) {
    const followed = entry.because !== undefined && kept.has(entry.because);
    if (entry.object === wanted || entry.object === object || followed) kept.add(entry.number);
  }
  for (const number of Array.from(kept)) {
    let cause = byNumber.get(number)?.because;
    while (cause !== undefined && !kept.has(cause)) {
      kept.add(cause);
      cause = byNumber.get(cause)?.because;
    }
  }
  return entries.filter((entry) => kept.has(entry.number));
}

function asText(entries: readonly JournalEntry[], cluster: Cluster): string {
  if (entries.length === 0) return "";
  const start = cluster.startedAt;
  const rows = entries.map((entry) => [
    entry.number,
    entry.because ?? "",
    `${((entry.at - start) / 1000).toFixed(3)}s`,
    entry.actor,
    `${entry.did} ${entry.object}${entry.note === undefined ? "" : `: ${entry.note}`}`,
  ]);
  return layOut(["#", "Because", "Time", "Who", "Did"], rows);
}
