import { formatAddress } from "../../../engine/net/ip.js";
import type { World } from "../../walk/world.js";
import type { Answered } from "./judge.js";
import { reasonOf } from "./reason.js";

export const CSV_HEADER =
  "namespace,service,port_name,protocol,kind,address,port,source,from,in,standing,verdict,probability,destination,redirected,masqueraded,out,answer,reason,rule,suppositions\n";

/** A line for each outcome (RFC 4180, lines ended by a line feed). */
export function csvLines(answer: Answered, world: World): string {
  const { belief, front, source, packet, cell, standing } = answer;
  const { name, protocol } = belief.port;
  return cell
    .map((outcome) => {
      const { why, where } = reasonOf(outcome, world);
      const suppositions = outcome.conditions.map(
        ({ what, holds }) => `${holds ? "if" : "unless"} ${what} matches`,
      );
      const fields = [
        name.namespace,
        name.name,
        name.port,
        protocol,
        front.kind,
        formatAddress(front.address),
        front.port,
        source.name,
        formatAddress(packet.source),
        packet.inInterface ?? "",
        standing,
        outcome.verdict,
        outcome.probability,
        outcome.destination,
        outcome.redirected,
        outcome.masqueraded,
        outcome.out ?? "",
        outcome.with ?? "",
        why,
        where,
        suppositions.join(" and "),
      ];
      return `${fields.map((field) => quoted(String(field))).join(",")}\n`;
    })
    .join("");
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
