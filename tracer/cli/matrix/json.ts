import { formatAddress } from "../../../engine/net/ip.js";
import type { CellOutcome } from "../../matrix/cell.js";
import { JSON_VERSION } from "../../report/json.js";
import type { World } from "../../walk/world.js";
import type { Answered } from "./judge.js";
import type { Printed } from "./print.js";
import { reasonOf } from "./reason.js";

/** Up to the cells, which follow one by one: all of them together may be more than a text can hold. */
export function jsonHead({ setup, sources, notes, assumptions }: Printed): string {
  const { family, node } = setup;
  const head = {
    version: JSON_VERSION,
    family,
    ...(node === undefined ? {} : { node }),
    notes,
    assumptions,
    sources: sources.map(({ name, about }) => ({ name, about })),
  };
  return `${JSON.stringify(head).slice(0, -1)},"cells":[`;
}

export const JSON_TAIL = "\n]}\n";

export function jsonCell(
  { belief, front, source, packet, cell, standing }: Answered,
  world: World,
): string {
  const { name, protocol } = belief.port;
  return JSON.stringify({
    namespace: name.namespace,
    service: name.name,
    portName: name.port,
    protocol,
    kind: front.kind,
    address: formatAddress(front.address),
    port: front.port,
    source: source.name,
    from: formatAddress(packet.source),
    ...(packet.inInterface === undefined ? {} : { in: packet.inInterface }),
    standing,
    outcomes: cell.map((outcome) => outcomeJson(outcome, world)),
  });
}

function outcomeJson(outcome: CellOutcome, world: World): unknown {
  const { probability, verdict, destination, source, redirected, masqueraded, out } = outcome;
  const { because, by, with: answer, conditions } = outcome;
  return {
    probability,
    verdict,
    destination,
    source,
    redirected,
    masqueraded,
    ...(out === undefined ? {} : { out }),
    ...(answer === undefined ? {} : { with: answer }),
    ...(because === "" ? {} : { because }),
    ...(by === undefined ? {} : { rule: { ...by, comment: reasonOf(outcome, world).why } }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}
