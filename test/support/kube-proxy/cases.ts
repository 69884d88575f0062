import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ProxyInputs } from "../../../engine/kube-proxy/from-flags.js";
import type { ObjectSource } from "../../../engine/kubernetes/read.js";
import { ROOT } from "../root.js";

/** A folder of reference cases; another one of the same shape can be named in the environment. */
export function caseFolder(variable: string, ...path: readonly string[]): string {
  return process.env[variable] ?? join(ROOT, "test", "golden", "kube-proxy", ...path);
}

/** The cases in a folder, by name. */
export function casesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

export function readCase(folder: string, name: string) {
  const text = (file: string) => readFileSync(join(folder, name, file), "utf8");
  const source = (file: string): ObjectSource => ({ file, text: text(file) });
  return { text, source, inputs: inputsOf(JSON.parse(text("args.json")), source) };
}

/** The flags of a case, with the texts of the files that they name. */
function inputsOf(args: string[], source: (file: string) => ObjectSource): ProxyInputs {
  const { values } = parseArgs({
    args,
    options: {
      config: { type: "string" },
      family: { type: "string" },
      node: { type: "string" },
      "node-ip": { type: "string" },
      addresses: { type: "string" },
      current: { type: "string" },
      "random-fully": { type: "boolean" },
      "no-random-fully": { type: "boolean" },
    },
  });
  const file = (name: string | undefined) => (name === undefined ? undefined : source(name));
  return {
    config: file(values.config),
    family: values.family === "6" ? 6 : 4,
    node: values.node,
    nodeIPs: values["node-ip"]?.split(","),
    addresses: file(values.addresses),
    randomFully: values["no-random-fully"] === true ? false : values["random-fully"],
    current: file(values.current),
  };
}
