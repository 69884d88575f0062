import type { Match } from "../../engine/iptables/types.js";
import { describeMatch } from "../match/describe.js";
import type { Unknown } from "../packet/field.js";
import { describePlace, placeOf, type Branch } from "./branch.js";
import type { Question } from "./suppose.js";

/** Matches whose answer may change from one evaluation to the next, the packet staying the same. */
const PER_EVALUATION: ReadonlySet<string> = new Set([
  "limit",
  "hashlimit",
  "statistic",
  "recent",
  "quota",
  "connlimit",
]);

/** The question that an undecided match puts. */
export function questionAbout(match: Match, { unknown }: Unknown, branch: Branch): Question {
  const { packet } = branch;
  const words = describeMatch(match, packet);
  const place = placeOf(branch);
  const where = place === undefined ? "" : describePlace(place);
  const kind = kindOf(match);
  const subject = `${match.name === "opaque" ? branch.packet.mark : ""} ${subjectOf(branch)}`;
  const about = PER_EVALUATION.has(kind) ? where : subject;
  return {
    kind,
    name: statedName(match),
    what: where === "" ? words : `${words} at ${where}`,
    why: unknown,
    key: `${words} ${about}`,
  };
}

/**
 * What a match may look at: the same words about the same packet have the same answer. Of those that
 * are understood none but `hash:ip,mark` sets looks at the mark as well.
 */
function subjectOf({ packet, seenOut: out }: Branch): string {
  const { source, destination, sourcePort, destinationPort, inInterface } = packet;
  const ports = [sourcePort, destinationPort].map((port) =>
    typeof port === "number" ? port : "?",
  );
  return [source, ...ports, destination, inInterface, out].join(" ");
}

/** What kind of question statements call it: the name of its extension. */
export function kindOf(match: Match): string {
  return match.name === "opaque" ? match.extension : match.name;
}

/** What statements call it by: the name of a set, list or bucket. */
export function statedName(match: Match): string | undefined {
  switch (match.name) {
    case "recent":
      return match.list ?? "DEFAULT";
    case "set":
      return match.matchSet?.value.set;
    case "hashlimit":
      return match.table;
    default:
      return undefined;
  }
}
