import type { Command } from "commander";
import { readSteps, replaySteps } from "../../../engine/kube-proxy/sync/replay.js";
import { addObjectOptions, addProxyOptions, loadProxyInputs } from "../cluster.js";
import { command, finish, oneOf, type Context } from "../command.js";
import { readSource } from "../files.js";
import { EXIT } from "../io.js";
import { follow } from "../sync/follow.js";
import type { SyncOptions } from "../sync/options.js";

export function syncCommand(context: Context): Command {
  return addProxyOptions(
    addObjectOptions(
      command("sync", "print the restore input that each change of the objects calls for"),
    ),
  )
    .option(
      "--steps <file>",
      "replay this sequence of changes: a JSON list of {add, update, delete}",
    )
    .option("--follow", "watch the files of -f and print each next restore input as they change")
    .option(
      "--style <style>",
      "minimal: only what differs; kube-proxy: its partial syncs, byte for byte",
      oneOf(["minimal", "kube-proxy"]),
      "minimal",
    )
    .option(
      "-o, --output <text|json>",
      "json prints a list with one text for each step",
      oneOf(["text", "json"]),
      "text",
    )
    .addHelpText(
      "after",
      `
Examples:
  chainwalk sync --steps steps.json --style kube-proxy -o json
  chainwalk sync -f manifests/ --node worker-1 --follow`,
    )
    .action(async (options: SyncOptions, self: Command) => {
      if ((options.steps === undefined) === (options.follow === undefined)) {
        self.error("error: give either --steps FILE, or -f PATH with --follow", {
          exitCode: EXIT.usage,
        });
      }
      if (options.steps === undefined) await follow(options, context);
      else await replay(options.steps, options, context);
    });
}

async function replay(path: string, options: SyncOptions, context: Context): Promise<void> {
  const source = await readSource(path, context.io);
  if (source.value === undefined) return finish(source.faults, context);
  const inputs = await loadProxyInputs(options, context.io);
  const steps = readSteps(source.value);
  const replayed = replaySteps(steps.value, inputs.value, options.style);
  const texts = replayed.value.map(({ text }) => text);
  if (options.output === "json") context.io.out(`${JSON.stringify(texts)}\n`);
  else for (const [index, text] of texts.entries()) context.io.out(`# step ${index + 1}\n${text}`);
  return finish(
    [source, inputs, steps, replayed].flatMap(({ faults }) => faults),
    context,
  );
}
