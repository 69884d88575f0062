import type { Command } from "commander";
import { fault } from "../../../../engine/errors.js";
import { statusFault } from "../../../../engine/control-plane/client/errors.js";
import {
  rolloutHistory,
  rolloutStatus,
  rolloutUndo,
} from "../../../../engine/control-plane/client/rollout.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import type { Deployment } from "../../../../engine/control-plane/objects.js";
import { formatTime } from "../../../../engine/control-plane/clock.js";
import { command, integer } from "../../command.js";
import {
  CHANGED,
  UNCHANGED,
  failed,
  lookAtCluster,
  onCluster,
  type LabContext,
  type Result,
} from "./context.js";
import { namedDeployments } from "./deployments.js";
import { PATIENCE, USER, addNamespaceOption, duration, type NamespaceOptions } from "./options.js";

interface StatusOptions extends NamespaceOptions {
  readonly timeout: number;
}

interface UndoOptions extends NamespaceOptions {
  readonly toRevision: number;
}

export function rolloutCommand(context: LabContext): Command {
  const rollout = command("rollout", "watch and steer the rollouts of Deployments");
  rollout.addCommand(
    onDeployments(context, "status", "let time pass until a rollout is over")
      .option("--timeout <duration>", "of simulated time, at most", duration, PATIENCE)
      .action((words: readonly string[], options: StatusOptions, self: Command) =>
        withDeployments(context, self, words, options, (cluster, deployment) =>
          status(cluster, deployment, options.timeout, context),
        ),
      ),
  );
  rollout.addCommand(
    onDeployments(context, "history", "list the revisions of a Deployment").action(
      (words: readonly string[], options: NamespaceOptions, self: Command) =>
        lookAtCluster(context, self, ({ cluster }) => {
          const deployments = namedDeployments(cluster, words, options.namespace);
          for (const deployment of deployments.value) {
            context.io.out(rolloutHistory(cluster.api, deployment));
          }
          return deployments.faults;
        }),
    ),
  );
  rollout.addCommand(
    onDeployments(context, "undo", "go back to an earlier revision")
      .option("--to-revision <number>", "to which; 0: the last one", integer(0, 1_000_000), 0)
      .action((words: readonly string[], options: UndoOptions, self: Command) =>
        withDeployments(context, self, words, options, (cluster, deployment) =>
          undo(cluster, deployment, options.toRevision, context),
        ),
      ),
  );
  for (const verb of ["pause", "resume", "restart"] as const) {
    rollout.addCommand(
      onDeployments(context, verb, DESCRIPTIONS[verb]).action(
        (words: readonly string[], options: NamespaceOptions, self: Command) =>
          withDeployments(context, self, words, options, (cluster, deployment) =>
            edit(cluster, deployment, verb, context),
          ),
      ),
    );
  }
  return rollout;
}

const DESCRIPTIONS = {
  pause: "hold a rollout back: changes of the template wait",
  resume: "let a paused rollout go on",
  restart: "replace all Pods, one after another",
} as const;

const DONE = { pause: "paused", resume: "resumed", restart: "restarted" } as const;

function onDeployments(_context: LabContext, name: string, description: string): Command {
  return addNamespaceOption(command(name, description)).argument("<what...>", "deployment/web");
}

function withDeployments(
  context: LabContext,
  self: Command,
  words: readonly string[],
  { namespace }: NamespaceOptions,
  work: (cluster: Cluster, deployment: Deployment) => Promise<Result>,
): Promise<void> {
  return onCluster(context, self, async ({ cluster }) => {
    const deployments = namedDeployments(cluster, words, namespace);
    const faults = [...deployments.faults];
    let changed = false;
    for (const deployment of deployments.value) {
      const result = await work(cluster, deployment);
      faults.push(...result.faults);
      changed ||= result.changed;
    }
    return { faults, changed };
  });
}

/** Says what changes while it waits, as kubectl does. */
async function status(
  cluster: Cluster,
  { metadata: { namespace, name } }: Deployment,
  timeout: number,
  { io }: LabContext,
): Promise<Result> {
  let said = "";
  const look = () => {
    const present = cluster.api.cache.get("deployments", namespace, name);
    return present === undefined ? undefined : rolloutStatus(present);
  };
  const isOver = (): boolean => {
    const now = look();
    if (now !== undefined && now.message !== said && now.state === "going-on") {
      said = now.message;
      io.out(`${now.message}\n`);
    }
    return now?.state !== "going-on";
  };
  const over = await cluster.runUntil(isOver, timeout);
  const last = look();
  if (!over || last === undefined) {
    const message = "error: timed out waiting for the condition";
    return { faults: [fault("timed-out", message, {})], changed: true };
  }
  if (last.state === "done") {
    io.out(`${last.message}\n`);
    return CHANGED;
  }
  return { faults: [fault("rollout-failed", last.message, {})], changed: true };
}

async function undo(
  cluster: Cluster,
  deployment: Deployment,
  revision: number,
  { io }: LabContext,
): Promise<Result> {
  const wanted = revision === 0 ? undefined : revision;
  const result = await rolloutUndo(cluster.api, deployment, wanted, { actor: USER });
  if (!result.ok) {
    return failed([fault("no-such-revision", `error: ${result.status.message}`, {})]);
  }
  const same = result.value.metadata.generation === deployment.metadata.generation;
  const skipped = `skipped rollback (current template already matches revision ${revision})`;
  io.out(`deployment.apps/${deployment.metadata.name} ${same ? skipped : "rolled back"}\n`);
  return same ? UNCHANGED : CHANGED;
}

async function edit(
  cluster: Cluster,
  deployment: Deployment,
  verb: keyof typeof DONE,
  { io }: LabContext,
): Promise<Result> {
  const { namespace, name } = deployment.metadata;
  const result = await cluster.api.mutate(
    "deployments",
    namespace,
    name,
    (current) => edited(current, verb, formatTime(cluster.now)),
    { actor: USER, note: DONE[verb] },
  );
  if (!result.ok) return failed([statusFault(result.status, {})]);
  if (result.value === deployment) {
    const message = `error: deployments.apps "${name}" is already ${verb === "resume" ? "running" : DONE[verb]}`;
    return failed([fault("nothing-to-do", message, {})]);
  }
  io.out(`deployment.apps/${name} ${DONE[verb]}\n`);
  return CHANGED;
}

function edited(current: Deployment, verb: keyof typeof DONE, time: string): Deployment {
  const { paused: _paused, ...spec } = current.spec;
  switch (verb) {
    case "pause":
      return { ...current, spec: { ...spec, paused: true } };
    case "resume":
      return { ...current, spec };
    case "restart": {
      const { template } = spec;
      const annotations = {
        ...template.metadata?.annotations,
        "kubectl.kubernetes.io/restartedAt": time,
      };
      const metadata = { ...template.metadata, annotations };
      return { ...current, spec: { ...current.spec, template: { ...template, metadata } } };
    }
  }
}
