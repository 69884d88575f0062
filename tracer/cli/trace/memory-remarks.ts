import { formatAddress } from "../../../engine/net/ip.js";
import { protocolName } from "../../../engine/net/protocol.js";
import { remembered, type Remembered } from "../../diagnose/affinity.js";
import { knownConnection, type KnownConnection } from "../../diagnose/known-connection.js";
import type { Tuple } from "../../host/types.js";
import type { OutcomeGroup } from "../../odds/group.js";
import { isUnknown } from "../../packet/field.js";
import { hasPorts } from "../../packet/protocols.js";
import { destinationText, endpointText } from "../../report/words.js";
import type { World } from "../../walk/world.js";

/** What the node remembered of earlier packets and so decided this one's way. */
export function memoryRemarks(groups: readonly OutcomeGroup[], world: World): readonly string[] {
  const remarks = groups.flatMap((group) => {
    const known = knownConnection(world, group);
    const sticky = remembered(world.host, group.path).map(stickySentence);
    return known === undefined ? sticky : [...connectionSentences(known, group), ...sticky];
  });
  return [...new Set(remarks)];
}

function connectionSentences(
  { connection, otherwise, stale }: KnownConnection,
  { path }: OutcomeGroup,
): readonly string[] {
  const { original } = connection;
  const goal = destinationText(path.last);
  const state = connection.seenReply ? "" : ", to which nobody has replied";
  const known = `conntrack: the packet belongs to a connection that goes to ${goal}${state}; nat rules are asked for a connection's first packet only`;
  if (!stale) return [known];
  const ends = [...new Set(otherwise.map((other) => destinationText(other.path.last)))];
  return [
    known,
    `stale: a new connection would go to ${ends.slice(0, 4).join(" or ")}${ends.length > 4 ? " ..." : ""}, never to ${goal}; every packet from ${endOf(original, "source")} keeps the old entry alive (to end it: ${deletion(original)})`,
  ];
}

/** The command that takes exactly this entry out of the table. */
function deletion({ protocol, source, destination, sourcePort, destinationPort }: Tuple): string {
  const ports =
    hasPorts(protocol) && !isUnknown(sourcePort) && !isUnknown(destinationPort)
      ? ` --sport ${sourcePort} --dport ${destinationPort}`
      : "";
  return `conntrack -D -p ${protocolName(protocol)} -s ${formatAddress(source)} -d ${formatAddress(destination)}${ports}`;
}

function endOf(tuple: Tuple, side: "source" | "destination"): string {
  const port = hasPorts(tuple.protocol) ? tuple[`${side}Port`] : undefined;
  return endpointText(tuple[side], port);
}

function stickySentence({ step, list, address, ago, seconds, renewed }: Remembered): string {
  const place = `${step.table} ${step.chain} rule ${step.rule}`;
  const limit = seconds === undefined ? "for ever" : `for ${durationText(seconds)}`;
  const anew = renewed ? ", and this packet starts the time anew" : "";
  return `sticky: ${place} (-> ${step.target}) takes it without a draw, as the recent list ${list} saw ${formatAddress(address)} ${durationText(Math.round(ago / 1000))} ago; a sight counts ${limit}${anew}`;
}

function durationText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  const parts = [
    hours > 0 ? `${hours} h` : "",
    minutes > 0 ? `${minutes} min` : "",
    rest > 0 ? `${rest} s` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "0 s" : parts.join(" ");
}
