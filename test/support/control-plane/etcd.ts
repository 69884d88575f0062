import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why no etcd can be run here; `undefined` when one can. */
export function etcdMissing(): string | undefined {
  return spawnSync("etcd", ["--version"]).status === 0
    ? undefined
    : "no etcd is installed (Debian: etcd-server)";
}

export interface RunningEtcd {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts an etcd of its own on free ports of loopback. */
export async function startEtcd(): Promise<RunningEtcd> {
  const folder = mkdtempSync(join(tmpdir(), "chainwalk-etcd-"));
  const [client, peer] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const words = `--data-dir ${folder} --log-level error --unsafe-no-fsync
    --listen-client-urls ${url} --advertise-client-urls ${url}
    --listen-peer-urls ${peerUrl} --initial-advertise-peer-urls ${peerUrl}
    --initial-cluster default=${peerUrl}`;
  const process = spawn("etcd", words.split(/\s+/), { stdio: "ignore" });
  const ended = new Promise((resolve) => process.once("exit", resolve));
  for (let tries = 0; tries < 100; tries++) {
    try {
      if ((await fetch(`${url}/health`)).ok) break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    url,
    stop: async () => {
      process.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
