import {
  filterChains,
  firewallRules,
  forwardRules,
  masqueradeRules,
  NAT_CHAINS,
  nodePortJumps,
} from "./base-chains.js";
import { writeRule, type KubeRule } from "./rule.js";
import type { ProxySettings } from "./settings.js";

/** `:CHAIN - [0:0]`: with `--noflush` it makes the chain, or empties it. */
export function declaration(chain: string): string {
  return `:${chain} - [0:0]\n`;
}

export function writeRules(rules: readonly KubeRule[]): string {
  let text = "";
  for (const rule of rules) text += writeRule(rule);
  return text;
}

/** What a sync writes whatever the Services are, each part where it belongs. */
export interface Frame {
  readonly filterHead: string;
  readonly filterTail: string;
  readonly natChains: string;
  readonly natHead: string;
  readonly natTail: string;
}

export function makeFrame(settings: ProxySettings): Frame {
  return {
    filterHead: `*filter\n${filterChains(settings).map(declaration).join("")}${writeRules(firewallRules(settings))}`,
    filterTail: `${writeRules(forwardRules(settings))}COMMIT\n`,
    natChains: `*nat\n${NAT_CHAINS.map(declaration).join("")}`,
    natHead: writeRules(masqueradeRules(settings)),
    natTail: `${writeRules(nodePortJumps(settings))}COMMIT\n`,
  };
}
