import { formatAddress } from "../../../engine/net/ip.js";
import { formatPrefix } from "../../../engine/net/prefix.js";
import { sourceKept } from "../../diagnose/source-kept.js";
import type { OutcomeGroup } from "../../odds/group.js";
import { endpointText } from "../../report/words.js";
import type { World } from "../../walk/world.js";

/** Answers that may go past this node, so that nobody translates them back. */
export function sourceRemarks(groups: readonly OutcomeGroup[], world: World): readonly string[] {
  return groups.flatMap((group) => {
    const kept = sourceKept(world, group);
    if (kept === undefined) return [];
    const { first, last } = group.path;
    const sender = formatAddress(first.source);
    const receiver = endpointText(last.destination, last.destinationPort);
    const why =
      kept.spared === undefined
        ? "no rule on its way masquerades"
        : `${kept.spared.at.table} ${kept.spared.at.chain} rule ${kept.spared.at.rule} masquerades all sources but ${formatPrefix(kept.spared.sources)}, and ${sender} is one of these`;
    return [
      `not masqueraded: the packet came and left by ${kept.device}, so ${receiver} sees ${sender} and need not answer through this node; ${sender} then hears from an address that it never asked (${why})`,
    ];
  });
}
