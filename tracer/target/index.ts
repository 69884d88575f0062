import type { Target } from "../../engine/iptables/types.js";
import { endBranch, rewrite, type Branch } from "../walk/branch.js";
import { bind } from "../walk/nat.js";
import type { Walker } from "../walk/world.js";
import { connmark } from "./connmark.js";
import { notrack, track } from "./ct.js";
import { changedEcn } from "./ecn.js";
import type { Effect } from "./effect.js";
import { setXmark } from "./mark.js";
import { masquerade } from "./masquerade.js";
import { netmap } from "./netmap.js";
import { translatePrefix } from "./npt.js";
import { toQueue } from "./queue.js";
import { redirect } from "./redirect.js";
import { rejectionOf } from "./reject.js";
import { changeSets } from "./set.js";
import { synproxy } from "./synproxy.js";
import { changedMss, strippedOptions } from "./tcp-options.js";
import { changedDscp, changedTos } from "./tos.js";
import { tproxy } from "./tproxy.js";
import { changedTtl } from "./ttl.js";

/** A target that is neither a jump nor a goto. */
export type PlainTarget = Exclude<Target, { readonly name: "jump" | "goto" }>;

/** Does to the packet what the rule's target does. `where` names the rule, for the verdict. */
export function applyTarget(
  walker: Walker,
  branch: Branch,
  target: PlainTarget,
  where: string,
): Effect {
  switch (target.name) {
    case "ACCEPT":
      return "accept";
    case "RETURN":
      return "return";
    case "DROP":
      endBranch(branch, "dropped", `${where} (DROP)`);
      return "ended";
    case "REJECT": {
      const answer = rejectionOf(target, branch.packet, walker.world);
      endBranch(branch, "rejected", `${where} (REJECT)`, answer);
      return "ended";
    }
    case "QUEUE":
      return toQueue(walker, branch, {}, where);
    case "NFQUEUE":
      return toQueue(walker, branch, target, where);
    case "TPROXY":
      return tproxy(walker, branch, target, where);
    case "DNAT":
      bind(branch, {
        side: "destination",
        addresses: target.toDestination?.addresses,
        ports: target.toDestination?.ports,
        random: target.random === true,
        persistent: target.persistent === true,
      });
      return "accept";
    case "SNAT":
      bind(branch, {
        side: "source",
        addresses: target.toSource?.addresses,
        ports: target.toSource?.ports,
        random: target.random === true || target.randomFully === true,
        persistent: target.persistent === true,
      });
      return "accept";
    case "MASQUERADE":
      return masquerade(walker, branch, target);
    case "REDIRECT":
      return redirect(walker, branch, target);
    case "NETMAP":
      return netmap(branch, target);
    case "SYNPROXY":
      return synproxy(branch, where);
    case "SNPT":
    case "DNPT":
      return translatePrefix(branch, target, walker.world, where);
    case "opaque":
      endBranch(branch, "unknown", `${where}: what ${target.extension} does is not known`);
      return "ended";
    default:
      change(walker, branch, target, where);
      return "continue";
  }
}

type Deciding =
  | "ACCEPT"
  | "DROP"
  | "RETURN"
  | "REJECT"
  | "QUEUE"
  | "NFQUEUE"
  | "TPROXY"
  | "DNAT"
  | "SNAT"
  | "MASQUERADE"
  | "REDIRECT"
  | "NETMAP"
  | "SYNPROXY"
  | "SNPT"
  | "DNPT"
  | "opaque";

/** Targets after which the next rule is tried. */
function change(
  { world }: Walker,
  branch: Branch,
  target: Exclude<PlainTarget, { readonly name: Deciding }>,
  where: string,
): void {
  const { packet } = branch;
  switch (target.name) {
    case "MARK":
      if (target.xmark === undefined) return undefined;
      return rewrite(branch, where, { mark: setXmark(packet.mark, target.xmark) });
    case "CONNMARK":
      return connmark(branch, target, where);
    case "CT":
      return track(branch, target);
    case "NOTRACK":
      return notrack(branch);
    case "DSCP":
      return rewrite(branch, where, { tos: changedDscp(packet.tos, target) });
    case "TOS":
      return rewrite(branch, where, { tos: changedTos(packet.tos, target) });
    case "TTL":
    case "HL":
      return rewrite(branch, where, { ttl: changedTtl(packet.ttl, target) });
    case "CLASSIFY": {
      const { major = 0, minor = 0 } = target.setClass ?? {};
      return rewrite(branch, where, { priority: major * 65536 + minor });
    }
    case "TCPMSS":
      return rewrite(branch, where, changedMss(target, packet));
    case "SET":
      return changeSets(branch, target, world.host, where);
    case "ECN":
      return rewrite(branch, where, changedEcn(target, packet));
    case "TCPOPTSTRIP":
      return rewrite(branch, where, strippedOptions(target, packet));
    case "AUDIT":
    case "CHECKSUM":
    case "CONNSECMARK":
    case "IDLETIMER":
    case "LOG":
    case "NFLOG":
    case "TEE":
    case "TRACE":
      return undefined;
  }
}
