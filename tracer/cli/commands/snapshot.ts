import type { Command } from "commander";
import { SNAPSHOT_COMMAND } from "../../host/snapshot.js";
import { command, type Context } from "../command.js";

export function snapshotCommand({ io }: Context): Command {
  return command("snapshot", "print one shell command that gathers a node's rules and state")
    .addHelpText(
      "after",
      `
It needs root on the node and changes nothing there:
  ssh root@node "$(chainwalk snapshot)" > node.snapshot
  chainwalk trace --snapshot node.snapshot --from 10.244.1.5 --to 10.96.0.10:53 --proto udp`,
    )
    .action(() => io.out(`${SNAPSHOT_COMMAND}\n`));
}
