import type { NfqueueTarget } from "../../engine/iptables/extensions/nfqueue-target.js";
import { endBranch, type Branch } from "../walk/branch.js";
import { suppose } from "../walk/suppose.js";
import type { Walker } from "../walk/world.js";
import type { Effect } from "./effect.js";

/**
 * To a program that decides (`xt_NFQUEUE.c`). Without one the packet is dropped, or accepted here
 * with `--queue-bypass`.
 */
export function toQueue(
  walker: Walker,
  branch: Branch,
  target: Pick<NfqueueTarget, "num" | "balance" | "bypass">,
  where: string,
): Effect {
  const queue =
    target.balance === undefined
      ? `${target.num ?? 0}`
      : `${target.balance.min}:${target.balance.max}`;
  const why = "programs of the node are not given";
  const listens = {
    kind: "queue",
    name: queue,
    what: `a program listens on queue ${queue}`,
    why,
    key: `queue ${queue}`,
  };
  const unheard = (other: Branch) => {
    if (target.bypass === true) letPass(other);
    else endBranch(other, "dropped", `${where} (no program listens on queue ${queue})`);
  };
  if (!suppose(walker, branch, listens, unheard)) {
    if (branch.end === undefined) unheard(branch);
    return branch.end === undefined ? "continue" : "ended";
  }
  const accepts = {
    kind: "queue-accepts",
    name: queue,
    what: `the program on queue ${queue} accepts the packet at ${where}`,
    why,
    key: `queue ${queue} at ${where}`,
  };
  const refused = (other: Branch) =>
    endBranch(other, "dropped", `${where} (the program on queue ${queue} drops it)`);
  if (suppose(walker, branch, accepts, refused)) {
    letPass(branch);
    return "continue";
  }
  if (branch.end === undefined) refused(branch);
  return "ended";
}

/** On to what comes after this hook of the table, as after ACCEPT. */
function letPass({ scan }: Branch): void {
  if (scan !== undefined) scan.queued = true;
}
