import type { Command } from "commander";
import { command, type Context } from "../../command.js";
import { applyCommand } from "./apply.js";
import type { LabContext } from "./context.js";
import { curlCommand } from "./curl.js";
import { deleteCommand } from "./delete.js";
import { eventsCommand } from "./events.js";
import { getCommand } from "./get.js";
import { initCommand } from "./init.js";
import { killCommand, startCommand } from "./kill.js";
import { playCommand } from "./play/play.js";
import { emptyLab } from "./play/run.js";
import { rolloutCommand } from "./rollout.js";
import { rulesCommand } from "./rules.js";
import { scaleCommand } from "./scale.js";
import { DEFAULT_STATE, fileLab, type Lab } from "./session.js";
import { serveCommand } from "./serve.js";
import { setCommand } from "./set-image.js";
import { tickCommand } from "./tick.js";

/** `chainwalk lab`: a small Kubernetes in one file. */
export function labCommand(context: Context): Command {
  const lab = (self: Command): Lab => {
    const { state } = self.optsWithGlobals<{ readonly state?: string }>();
    return fileLab(context.io, state);
  };
  const labContext = { ...context, lab };
  const parent = command(
    "lab",
    "a small Kubernetes in memory: apply manifests, let time pass, look and ask",
  )
    .option(
      "--state <file>",
      `where the cluster is kept (default: $CHAINWALK_LAB, or ${DEFAULT_STATE})`,
    )
    .addHelpText(
      "after",
      `
Time stands still between commands: \`lab tick\` and \`lab rollout status\` let it pass.

No program really runs: a container listens on the ports that it declares. Annotations of a Pod
say how its programs behave, for all containers (5s) or by name (nginx=5s,redis=0s):
  lab.chainwalk.dev/startup      from a container's start until it listens (0s)
  lab.chainwalk.dev/drain        how long after SIGTERM it still accepts, then exits (0s)
  lab.chainwalk.dev/crash-after  from its start until it exits with 1 (never)
Images under the domain .invalid cannot be pulled.

Examples:
  chainwalk lab apply -f deployment.yaml -f service.yaml
  chainwalk lab tick
  chainwalk lab get pods -o wide
  chainwalk lab curl --from pod/client http://web
  chainwalk lab events --of deployment/web`,
    );
  return addLabCommands(parent, labContext)
    .addCommand(playCommand(labContext, (inner) => addLabCommands(emptyLab(), inner)))
    .addCommand(serveCommand(labContext));
}

/** The sub-commands, for whatever keeps the cluster. */
export function addLabCommands(parent: Command, context: LabContext): Command {
  for (const make of [
    initCommand,
    applyCommand,
    getCommand,
    scaleCommand,
    setCommand,
    rolloutCommand,
    deleteCommand,
    killCommand,
    startCommand,
    tickCommand,
    eventsCommand,
    rulesCommand,
    curlCommand,
  ]) {
    parent.addCommand(make(context));
  }
  return parent;
}
