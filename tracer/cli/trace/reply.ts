import { everyWay } from "../../choose/fork.js";
import { groupOutcomes, type OutcomeGroup } from "../../odds/group.js";
import { dropIndifferent } from "../../odds/indifferent.js";
import { oddsJson, oddsText } from "../../report/odds.js";
import { pathJson } from "../../report/json.js";
import { pathText, type TextOptions } from "../../report/text.js";
import { verdictLine } from "../../report/verdict.js";
import { namedEndpoint } from "../../report/words.js";
import { replyTo, walkAnswer } from "../../walk/reply.js";
import { walk } from "../../walk/walk.js";
import type { World } from "../../walk/world.js";

/** What comes back for a packet that ended so, and every way that it may go. */
interface Reply {
  /** Whose it is. */
  readonly by: "receiver" | "node";
  readonly groups: readonly OutcomeGroup[];
}

/**
 * Walks what the receiver sends back, through the connection that the packet left behind, or the
 * answer that the node itself made; `undefined` where nothing comes back.
 */
function replyOf({ ways, path }: OutcomeGroup, world: World): Reply | undefined {
  const [way] = ways;
  if (way === undefined) return undefined;
  const reply = replyTo(path);
  const outcomes =
    reply === undefined
      ? walkAnswer(world, way)
      : walk(world, way.memory, reply, { chooser: everyWay });
  if (outcomes.length === 0) return undefined;
  const { groups } = dropIndifferent(groupOutcomes(outcomes), { exactMarks: false });
  return { by: reply === undefined ? "node" : "receiver", groups };
}

/** The replies to each of these ends: of one end its whole way, of several a line for each sender. */
export function replyText(ends: readonly OutcomeGroup[], world: World, text: TextOptions): string {
  const [only, ...others] = ends;
  if (only === undefined) return "";
  if (others.length === 0 || text.detail === "full") {
    return ends.map((end) => `\n${wholeReply(end, world, text)}`).join("");
  }
  const lines = ends.map((end) => {
    const { destination, destinationPort, protocol } = end.path.last;
    const from = namedEndpoint(destination, destinationPort, { names: text.names, protocol });
    return `  from ${from}: ${replyLines(replyOf(end, world), text)}\n`;
  });
  return `\n${text.style.cyan("the replies:")}\n${[...new Set(lines)].join("")}`;
}

function wholeReply(end: OutcomeGroup, world: World, text: TextOptions): string {
  const reply = replyOf(end, world);
  if (reply === undefined) return `${NO_REPLY}\n`;
  const [first, ...others] = reply.groups;
  if (first === undefined) return "";
  const whole = others.length === 0 ? pathText(first.path, text) : oddsText(reply.groups, text);
  return `${text.style.cyan(HEADINGS[reply.by])}\n${whole}`;
}

function replyLines(reply: Reply | undefined, { names, style }: TextOptions): string {
  if (reply === undefined) return NO_REPLY;
  const ends = reply.groups.map(({ path }) => verdictLine(path, names, style));
  return `${reply.by === "node" ? "the node's answer: " : ""}${[...new Set(ends)].join("; or ")}`;
}

const NO_REPLY = "no reply: nobody received the packet";
const HEADINGS = { receiver: "the reply:", node: "the node's answer:" } as const;

/** As a walk where there is one way, else as the odds of all; `null`: nothing comes back. */
export function replyJson(end: OutcomeGroup, world: World): unknown {
  const groups = replyOf(end, world)?.groups ?? [];
  const [first, ...others] = groups;
  if (first === undefined) return null;
  return others.length === 0 ? pathJson(first.path) : oddsJson(groups);
}
