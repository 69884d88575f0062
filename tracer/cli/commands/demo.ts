import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { command, type Context } from "../command.js";
import type { Io } from "../io.js";
import { exampleFolder } from "../package.js";
import { styleFor } from "../style.js";

/** A stop of the tour: what is to be seen, and the command that shows it. */
interface Stop {
  readonly heading: string;
  readonly command: string;
}

const OBJECTS = "-f cluster.yaml --config kube-proxy.yaml";
const TOUR: readonly Stop[] = [
  {
    heading: "Its Service and endpoints, compiled to what kube-proxy writes on node-1",
    command: `compile ${OBJECTS} --node node-1`,
  },
  {
    heading: "A packet from another Pod to the cluster IP",
    command: `trace ${OBJECTS} --from pod/default/client --to svc/default/myapp:80`,
  },
  {
    heading: "A packet from outside to the node port, step by step to one of the Pods",
    command: `trace ${OBJECTS} --from external --to 54.229.80.211:31357 --endpoint 10.0.3.5:8080`,
  },
  {
    heading: "The same packet with all its odds",
    command: `trace ${OBJECTS} --from external --to 54.229.80.211:31357 --odds`,
  },
  {
    heading: "The rules as the chapter prints them have a fault, and the odds show it",
    command: "trace --rules listing.rules --from 192.168.1.5 --to 10.100.172.183:80 --odds",
  },
];

/** The chapter's Service from manifest to packet. `run` runs one command line. */
export function demoCommand(
  { io, done }: Context,
  run: (argv: readonly string[], io: Io) => Promise<number>,
): Command {
  return command(
    "demo",
    "the embedded example: a Service compiled, packets walked through it",
  ).action(async () => {
    const folder = exampleFolder("chapter");
    const style = styleFor(io);
    const heading = (text: string): void => io.out(`\n${style.cyan(style.bold(`# ${text}`))}\n`);
    heading("The Service");
    io.out(`${readFileSync(join(folder, "service-nodeport.yaml"), "utf8").trimEnd()}\n`);
    for (const stop of TOUR) {
      heading(stop.heading);
      io.out(`${style.bold(`$ chainwalk ${stop.command}`)}\n`);
      const exitCode = await run(stop.command.split(" "), { ...io, cwd: folder });
      if (exitCode !== 0) done(exitCode);
    }
    io.out(`\nThe files are in ${folder}. chainwalk --help tells what else there is.\n`);
  });
}
