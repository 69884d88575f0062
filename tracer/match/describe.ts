import { MATCHES } from "../../engine/iptables/extensions/matches.js";
import { saveOptions } from "../../engine/iptables/extensions/save.js";
import type { Match } from "../../engine/iptables/types.js";
import type { Packet } from "../packet/types.js";

/** The match in the words of a save: `-m set --match-set blocked src`. */
export function describeMatch(match: Match, { family, protocol }: Packet): string {
  if (match.name === "opaque") return match.words;
  const spec = MATCHES.find(({ name }) => name === match.name);
  if (spec === undefined) return `-m ${match.name}`;
  const words = saveOptions(spec.options, { ...match }, { family, protocol });
  return words === "" ? `-m ${match.name}` : `-m ${match.name} ${words}`;
}
