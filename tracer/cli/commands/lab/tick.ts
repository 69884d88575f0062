import type { Command } from "commander";
import { fault } from "../../../../engine/errors.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import { command } from "../../command.js";
import { CHANGED, onCluster, type LabContext, type Result } from "./context.js";
import { duration } from "./options.js";

/** A cluster that has not come to rest by then has something that never ends, such as a crash loop. */
const LIMIT = 600_000;

export function tickCommand(context: LabContext): Command {
  return command("tick", "let simulated time pass")
    .argument("[duration]", "how much: 30s, 5m; left out: until nothing is left to do", duration)
    .action((time: number | undefined, _options: unknown, self: Command) =>
      onCluster(context, self, ({ cluster }) => tick(cluster, time)),
    );
}

async function tick(cluster: Cluster, time: number | undefined): Promise<Result> {
  if (time !== undefined) {
    await cluster.advance(time);
    return CHANGED;
  }
  if (await cluster.settle(LIMIT)) return CHANGED;
  const message = `error: after ${LIMIT / 60_000} minutes there is still something going on: \`lab get pods\` and \`lab events\` tell what`;
  return { faults: [fault("not-at-rest", message, {})], changed: true };
}
