/** Puts what each `$ chainwalk ...` line of the README prints now below it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root.js";
import { parseTranscript, runExchange } from "./transcript.js";

const file = join(ROOT, "README.md");
let text = readFileSync(file, "utf8");
for (const [block, body = ""] of text.matchAll(/^```console\n(\$ chainwalk [\s\S]*?)^```/gm)) {
  const exchanges = [];
  for (const { command } of parseTranscript(body)) exchanges.push(await runExchange(command, ROOT));
  const printed = exchanges.map(({ command, output }) => `$ chainwalk ${command}\n${output}\n`);
  text = text.replace(block, () => `\`\`\`console\n${printed.join("\n")}\`\`\``);
}
writeFileSync(file, text);
