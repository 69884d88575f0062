/**
 * The control plane at size: 100 nodes, 1,000 Services, 10,000 Pods, unless other numbers are
 * given: `tsx bench/lab.ts [NODES SERVICES PODS-EACH] [--json FILE]`. Every phase checks what it
 * made before its time counts.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { isKind } from "../engine/control-plane/api/typed.js";
import type { AnyObject } from "../engine/control-plane/objects.js";
import { bootstrap } from "../engine/control-plane/bootstrap.js";
import { Cluster } from "../engine/control-plane/cluster.js";
import { isReady } from "../engine/control-plane/pods.js";
import { loadSession, saveSession } from "../engine/control-plane/session.js";
import { DEFAULT_SETTINGS } from "../engine/control-plane/settings.js";
import { MemoryStore } from "../engine/control-plane/store/memory.js";
import { sameRuleset } from "../engine/iptables/canonical.js";
import { peakMegabytes, thisMachine } from "./machine.js";

const json = process.argv.indexOf("--json");
const numbers = process.argv.slice(2, json < 0 ? undefined : json).map(Number);
const [nodes = 100, services = 1000, podsEach = 10] = numbers;
const USER = { actor: { name: "bench" } };
const MINUTES_10 = 600_000;

interface Phase {
  readonly phase: string;
  readonly ms: number;
  /** Of this process, all its threads: what counts when others use the machine too. */
  readonly cpu_ms: number;
  readonly what: string;
}

const phases: Phase[] = [];

async function timed<T>(phase: string, what: string, work: () => Promise<T> | T): Promise<T> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const made = await work();
  const ms = Math.round(performance.now() - start);
  const { user, system } = process.cpuUsage(before);
  const cpu_ms = Math.round((user + system) / 1000);
  phases.push({ phase, ms, cpu_ms, what });
  const times = `${String(ms).padStart(7)} ms ${String(cpu_ms).padStart(7)} ms cpu`;
  process.stdout.write(`${phase.padEnd(28)}${times}   ${what}\n`);
  return made;
}

const store = new MemoryStore();
const cluster = await timed("start", `${nodes} nodes`, async () => {
  const start = { seed: "bench", now: Date.UTC(2024, 0, 1) };
  const made = await Cluster.open({ store, settings: DEFAULT_SETTINGS, start });
  await bootstrap(made, { count: nodes, master: false, externalAddresses: [], zones: [] });
  return made;
});

await timed("apply", `${services} Deployments and Services`, async () => {
  for (let index = 0; index < services; index++) await apply(`app-${index}`, "web:1");
});

await timed("schedule", `${services * podsEach} Pods made and given nodes`, async () => {
  let bound = 0;
  const stop = cluster.api.cache.subscribe(({ plural, object, before }) => {
    if (plural === "pods" && nodeOf(object) !== undefined && nodeOf(before) === undefined) bound++;
  });
  assert.ok(await cluster.runUntil(() => bound === services * podsEach, MINUTES_10));
  stop();
});

await timed("settle", "started, ready, in slices and rules", async () => {
  assert.ok(await cluster.settle(MINUTES_10));
});
assert.equal(cluster.api.cache.list("pods").filter(isReady).length, services * podsEach);

await timed("rules of every node, first", `${nodes} kernels`, () => assert.ok(allRules() > 0));

await timed("roll out one Deployment", "a new image, to the end", async () => {
  await apply("app-0", "web:2");
  assert.ok(await cluster.settle(MINUTES_10));
});

await timed("rules of every node, again", "incremental", () => assert.ok(allRules() > 0));
checkOneKernel();

const text = await timed("put down", "the session as text", () => saveSession(cluster, store));
await timed("take up", `${Math.round(text.length / 1e6)} MB`, async () => {
  const session = await loadSession(text, "bench");
  assert.equal(session.value?.cluster.api.cache.count("pods"), services * podsEach);
});

const report = { machine: thisMachine(), node: process.version, nodes, services, podsEach, phases };
process.stdout.write(`peak memory ${peakMegabytes()} MB\n`);
const file = json < 0 ? undefined : process.argv[json + 1];
if (file !== undefined) {
  writeFileSync(file, `${JSON.stringify({ ...report, peak_mb: peakMegabytes() }, undefined, 2)}\n`);
}

function nodeOf(object: AnyObject | undefined): string | undefined {
  return isKind("pods", object) ? object.spec.nodeName : undefined;
}

async function apply(name: string, image: string): Promise<void> {
  const { api } = cluster;
  const labels = { app: name };
  const container = {
    name: "web",
    image,
    ports: [{ containerPort: 8080 }],
    resources: { requests: { cpu: "10m" } },
  };
  const deployment = {
    metadata: { name },
    spec: {
      replicas: podsEach,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
  if (api.cache.get("deployments", "default", name) !== undefined) {
    assert.ok((await api.update("deployments", deployment, USER)).ok);
    return;
  }
  assert.ok((await api.create("deployments", deployment, USER)).ok);
  const spec = { selector: labels, ports: [{ port: 80, targetPort: 8080 }] };
  assert.ok((await api.create("services", { metadata: { name }, spec }, USER)).ok);
}

/** How many rules the nodes have, all together. */
function allRules(): number {
  let count = 0;
  for (const machine of cluster.machines.list()) {
    const { programmed } = cluster.proxies.stateOf(machine.name);
    const nat = cluster.rules.rulesFor(programmed, machine, 4).tables.get("nat");
    for (const chain of nat?.chains.values() ?? []) count += chain.rules.length;
  }
  return count;
}

function checkOneKernel(): void {
  const [machine] = cluster.machines.list();
  assert.ok(machine !== undefined);
  const { programmed } = cluster.proxies.stateOf(machine.name);
  const kept = cluster.rules.rulesFor(programmed, machine, 4);
  const fresh = cluster.rules.freshRules(programmed, machine, 4);
  assert.ok(sameRuleset(kept, fresh));
}
