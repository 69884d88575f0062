import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { fault } from "../../../../engine/errors.js";
import { bootstrap } from "../../../../engine/control-plane/bootstrap.js";
import { Cluster } from "../../../../engine/control-plane/cluster.js";
import { handleRequest } from "../../../../engine/control-plane/http/handler.js";
import type { ApiResponse } from "../../../../engine/control-plane/http/types.js";
import { EtcdStore } from "../../../../engine/control-plane/store/etcd.js";
import { command, integer } from "../../command.js";
import { report, type LabContext } from "./context.js";
import { DEFAULT_CLUSTER } from "./session.js";

interface ServeOptions {
  readonly port: number;
  readonly speed: number;
  readonly etcd?: string;
}

/** Real time between two looks at the clock; milliseconds. */
const BEAT = 20;
const LOOPBACK = "127.0.0.1";

/** `lab serve`: the API over HTTP on loopback, with simulated time tied to real time. */
export function serveCommand(context: LabContext): Command {
  return command("serve", "serve the API over HTTP on loopback, for kubectl; time passes meanwhile")
    .option("--port <number>", "0: any that is free", integer(0, 65535), 8001)
    .option("--speed <factor>", "simulated seconds for each real one", factor, 1)
    .option("--etcd <url>", "keep objects in this etcd instead of the lab's file")
    .addHelpText(
      "after",
      `
Example:
  chainwalk lab serve --port 8001 &
  kubectl --server http://127.0.0.1:8001 get pods -w`,
    )
    .action(async (options: ServeOptions, self: Command) => {
      const { lab, keep } = await openLab(options, self, context);
      if (lab === undefined) return;
      await serve(lab, options, context);
      await keep();
    });
}

function factor(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 10_000)) {
    throw new InvalidArgumentError("It is a number above 0, 10000 at most.");
  }
  return value;
}

async function openLab({ etcd }: ServeOptions, self: Command, context: LabContext) {
  const nothing = { lab: undefined, keep: () => Promise.resolve() };
  if (etcd !== undefined) {
    const store = await connect(etcd, context);
    if (store === undefined) return nothing;
    const { settings, nodes, seed, start } = DEFAULT_CLUSTER;
    const lab = await Cluster.open({ store, settings, start: { seed, now: start } });
    await bootstrap(lab, nodes);
    return { lab, keep: () => store.close() };
  }
  const kept = context.lab(self);
  const claim = await kept.claim();
  const release = claim.value;
  if (release === undefined) {
    report(claim.faults, context);
    return nothing;
  }
  const opened = await kept.open();
  const session = opened.value;
  if (session === undefined) {
    report(opened.faults, context);
    await release();
    return nothing;
  }
  const keep = async (): Promise<void> => {
    report((await kept.keep(session)).faults, context);
    await release();
  };
  return { lab: session.cluster, keep };
}

async function connect(url: string, context: LabContext): Promise<EtcdStore | undefined> {
  try {
    return await EtcdStore.connect(url);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `error: no etcd can be used at ${url}: ${why}`;
    report([fault("no-etcd", message, {})], context);
    return undefined;
  }
}

/** Until the user has enough. */
async function serve(cluster: Cluster, options: ServeOptions, context: LabContext): Promise<void> {
  const { io } = context;
  const { signal } = io;
  const server = createServer((request, response) => {
    void respond(cluster, request, response);
  });
  const port = await listen(server, options.port);
  if (typeof port === "string") {
    report([fault("cannot-listen", `error: ${port}`, {})], context);
    return;
  }
  io.out(`serving http://${LOOPBACK}:${port}\n`);
  while (!signal.aborted) {
    const before = performance.now();
    await wait(BEAT, signal);
    await cluster.advance(Math.round((performance.now() - before) * options.speed));
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** The port, or why it cannot be had. */
function listen(server: Server, port: number): Promise<number | string> {
  return new Promise((resolve) => {
    server.once("error", (error) => resolve(error.message));
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}

async function respond(
  cluster: Cluster,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? "/", `http://${LOOPBACK}`);
    const answer = await handleRequest(
      cluster.api,
      {
        method: request.method ?? "GET",
        path: decodeURIComponent(url.pathname),
        query: new Map(url.searchParams),
        accept: request.headers.accept ?? "",
        contentType: request.headers["content-type"] ?? "application/json",
        body: await bodyOf(request),
      },
      () => cluster.now,
    );
    await send(answer, url, response);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    response.writeHead(500, { "content-type": "application/json" });
    response.end(JSON.stringify({ kind: "Status", status: "Failure", message, code: 500 }));
  }
}

/** Larger requests are refused, as the API server does. */
const LARGEST_BODY = 3 * 2 ** 20;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request) {
    if (!(part instanceof Uint8Array)) continue;
    size += part.length;
    if (size > LARGEST_BODY) throw new Error("request is too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

async function send(answer: ApiResponse, url: URL, response: ServerResponse): Promise<void> {
  switch (answer.kind) {
    case "json":
      response.writeHead(answer.code, { "content-type": "application/json" });
      response.end(`${JSON.stringify(answer.body)}\n`);
      return;
    case "bytes":
      response.writeHead(200, { "content-type": answer.contentType });
      response.end(answer.body);
      return;
    case "stream": {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      const stop = await answer.start((event) => response.write(`${JSON.stringify(event)}\n`));
      response.on("close", () => void stop());
      const seconds = Number(url.searchParams.get("timeoutSeconds") ?? "0");
      if (seconds > 0) setTimeout(() => response.end(), seconds * 1000).unref();
    }
  }
}
