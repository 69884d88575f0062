import type { CtTarget } from "../../engine/iptables/extensions/ct-target.js";
import type { Branch } from "../walk/branch.js";

/**
 * `xt_CT.c`: settings for the tracking that follows. The first such rule decides; a packet back from
 * `lo` keeps what it has.
 */
export function track(branch: Branch, target: CtTarget): void {
  if (isSettled(branch)) return;
  if (target.notrack === true) return notrack(branch);
  const zone = (asked: CtTarget["zone"]) =>
    asked === "mark" ? branch.packet.mark & 0xffff : (asked ?? 0);
  branch.template = {
    zones: {
      original: zone(target.zone ?? target.zoneOrig),
      reply: zone(target.zone ?? target.zoneReply),
    },
    helper: target.helper,
  };
}

export function notrack(branch: Branch): void {
  if (!isSettled(branch)) branch.tracking = { kind: "untracked" };
}

/** `skb->_nfct` is set. */
function isSettled({ tracking, template }: Branch): boolean {
  return tracking.kind !== "none" || template !== undefined;
}
