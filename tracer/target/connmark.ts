import type { ConnmarkTarget } from "../../engine/iptables/extensions/connmark-target.js";
import { MAX_32 } from "../../engine/iptables/extensions/codecs.js";
import { seenTracking } from "../match/seen-tracking.js";
import { rewrite, type Branch } from "../walk/branch.js";
import type { Tracked } from "../walk/memory.js";
import { setConnection } from "../walk/nat.js";

/** `xt_connmark.c: connmark_tg_shift`; a packet of no connection is left alone. */
export function connmark(branch: Branch, target: ConnmarkTarget, where: string): void {
  const { packet } = branch;
  const tracking = seenTracking(branch);
  if (tracking.kind !== "tracked") return;
  const { connection } = tracking;
  const { xmark, save, restore } = target;
  const ctMask = target.ctmask ?? target.mask ?? MAX_32;
  const packetMask = target.nfmask ?? target.mask ?? MAX_32;
  if (xmark !== undefined) {
    const mark = shifted(((connection.mark & ~xmark.mask) ^ xmark.value) >>> 0, target);
    keepMark(branch, connection, mark);
  } else if (save === true) {
    const taken = shifted((packet.mark & packetMask) >>> 0, target);
    keepMark(branch, connection, ((connection.mark & ~ctMask) ^ taken) >>> 0);
  } else if (restore === true) {
    const taken = shifted((connection.mark & ctMask) >>> 0, target);
    rewrite(branch, where, { mark: ((packet.mark & ~packetMask) ^ taken) >>> 0 });
  }
}

/** A `CT` rule's template has no mark that later packets would see. */
function keepMark(branch: Branch, connection: Tracked, mark: number): void {
  if (branch.tracking.kind === "tracked") setConnection(branch, { ...connection, mark });
}

function shifted(mark: number, { leftShift = 0, rightShift = 0 }: ConnmarkTarget): number {
  if (rightShift > 0) return rightShift > 31 ? 0 : mark >>> rightShift;
  return leftShift > 31 ? 0 : (mark << leftShift) >>> 0;
}
