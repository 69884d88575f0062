import type { OutcomeGroup } from "../../odds/group.js";
import { pathJson } from "../../report/json.js";
import { pathText, type TextOptions } from "../../report/text.js";
import { everyWay } from "../../choose/fork.js";
import { replyTo } from "../../walk/reply.js";
import { walk } from "../../walk/walk.js";
import type { Context } from "../command.js";
import type { TraceSetup } from "./load.js";
import type { TraceOptions } from "./options.js";

/** Walks what the receiver sends back, through the connection that the first packet left behind. */
export function showReply(
  { ways, path }: OutcomeGroup,
  { world }: TraceSetup,
  text: TextOptions,
  { output }: TraceOptions,
  { io }: Context,
): void {
  const [way] = ways;
  const reply = replyTo(path);
  if (way === undefined || reply === undefined) {
    if (output === "text") io.out("\nno reply: nobody received the packet\n");
    return;
  }
  const [outcome] = walk(world, way.memory, reply, { chooser: everyWay });
  if (outcome === undefined) return;
  if (output === "json") io.out(`${JSON.stringify(pathJson(outcome.path))}\n`);
  else io.out(`\n${text.style.cyan("the reply:")}\n${pathText(outcome.path, text)}`);
}
