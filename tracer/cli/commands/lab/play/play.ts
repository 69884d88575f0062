import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { EXIT } from "../../../io.js";
import { settingsFor } from "../../../../../engine/control-plane/settings.js";
import { command } from "../../../command.js";
import { readSource } from "../../../files.js";
import { report, type LabContext } from "../context.js";
import { DEFAULT_CLUSTER, newSession, type NewCluster } from "../session.js";
import { play, type MakeLab } from "./run.js";
import { readScenario, type Scenario } from "./scenario.js";

interface PlayOptions {
  readonly quiet?: true;
}

/** `lab play`: a written scenario, on a cluster of its own that no file keeps. */
export function playCommand(context: LabContext, makeLab: MakeLab): Command {
  return command("play", "play a written scenario on a fresh cluster, and judge its assertions")
    .argument("<file>", "the scenario, YAML; its paths start from its own folder")
    .option("-q, --quiet", "only what did not come as it should")
    .action((file: string, options: PlayOptions) => playFile(file, options, context, makeLab));
}

async function playFile(
  file: string,
  options: PlayOptions,
  context: LabContext,
  makeLab: MakeLab,
): Promise<void> {
  const { io, done } = context;
  const source = await readSource(file, io);
  const scenario =
    source.value === undefined ? undefined : readScenario(source.value.text, source.value.file);
  if (scenario?.value === undefined) {
    report([...source.faults, ...(scenario?.faults ?? [])], context);
    return;
  }
  const session = await newSession(clusterFor(scenario.value));
  if (session.value === undefined) {
    report(session.faults, context);
    return;
  }
  const folder = { ...io, cwd: dirname(resolve(io.cwd, file)) };
  const tell = options.quiet === true ? () => undefined : io.out;
  const played = await play(scenario.value, session.value, folder, makeLab, tell);
  for (const failure of played.failures) io.err(`${file}: ${failure}\n`);
  const good = played.assertions - played.failures.length;
  tell(
    `${scenario.value.name}: ${played.steps} steps, ${good} of ${played.assertions} expectations met\n`,
  );
  done(played.failures.length === 0 ? EXIT.done : EXIT.differs);
}

function clusterFor({ name, cluster }: Scenario): NewCluster {
  const settings = settingsFor(cluster.families);
  return {
    ...DEFAULT_CLUSTER,
    seed: cluster.seed ?? name,
    settings: {
      ...settings,
      podCidr: cluster.podCidr ?? settings.podCidr,
      serviceCidr: cluster.serviceCidr ?? settings.serviceCidr,
      nodeNetwork: cluster.nodeNetwork ?? settings.nodeNetwork,
      luck: cluster.luck,
    },
    nodes: {
      count: cluster.nodes,
      master: cluster.master,
      externalAddresses: cluster.externalIPs,
      zones: cluster.zones,
    },
  };
}
