import type { Match, Rule, Ruleset, Target } from "../../engine/iptables/types.js";

/**
 * Extensions whose rules make the kernel track connections (they call `nf_ct_netns_get`). Without
 * any such rule no packet is tracked and the nat chains are not visited.
 */
const TRACKING_MATCHES: ReadonlySet<string> = new Set([
  "conntrack",
  "state",
  "connmark",
  "connlimit",
  "connbytes",
  "connlabel",
  "helper",
  "cluster",
]);
const TRACKING_TARGETS: ReadonlySet<string> = new Set([
  "DNAT",
  "SNAT",
  "MASQUERADE",
  "REDIRECT",
  "NETMAP",
  "CONNMARK",
  "SYNPROXY",
  "CONNSECMARK",
]);

/** The first rule of the set that turns tracking on, in words; `undefined` when none does. */
export function trackingNeed(ruleset: Ruleset): string | undefined {
  for (const table of ruleset.tables.values()) {
    for (const chain of table.chains.values()) {
      for (const [index, rule] of chain.rules.entries()) {
        const need = needOf(rule);
        if (need !== undefined) return `${table.name} ${chain.name} rule ${index + 1} (${need})`;
      }
    }
  }
  return undefined;
}

function needOf(rule: Rule): string | undefined {
  if (rule.target !== undefined && targetTracks(rule.target)) return extensionOf(rule.target);
  const match = rule.matches.find((candidate) => TRACKING_MATCHES.has(extensionOf(candidate)));
  return match === undefined ? undefined : `-m ${extensionOf(match)}`;
}

/** `CT --notrack` alone does not turn tracking on (`xt_CT.c: xt_ct_tg_check`). */
function targetTracks(target: Target): boolean {
  const name = extensionOf(target);
  if (name === "CT") return !("notrack" in target);
  return TRACKING_TARGETS.has(name);
}

function extensionOf(extension: Match | Target): string {
  return extension.name === "opaque" ? extension.extension : extension.name;
}
