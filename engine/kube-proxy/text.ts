import { CHAIN } from "./chain-names.js";
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
    filterHead:
      filterChains(settings).map(declaration).join("") + writeRules(firewallRules(settings)),
    filterTail: writeRules(forwardRules(settings)),
    natChains: NAT_CHAINS.map(declaration).join(""),
    natHead: writeRules(masqueradeRules(settings)),
    natTail: writeRules(nodePortJumps(settings)),
  };
}

/** The parts of Services, in their order. */
export interface ServiceTexts {
  readonly filter: string;
  readonly natChains: string;
  readonly natRules: string;
  /** Chains to remove. */
  readonly stale: readonly string[];
}

/** The whole restore input (`syncProxyRules`: filter first, then nat). */
export function assemble(frame: Frame, texts: ServiceTexts): string {
  const { stale } = texts;
  return [
    "*filter\n",
    frame.filterHead,
    texts.filter,
    frame.filterTail,
    "COMMIT\n*nat\n",
    frame.natChains,
    texts.natChains,
    ...stale.map(declaration),
    frame.natHead,
    texts.natRules,
    ...stale.map((chain) => `-X ${chain}\n`),
    frame.natTail,
    "COMMIT\n",
  ].join("");
}

export const SHARED_CHAINS: ReadonlySet<string> = new Set(Object.values(CHAIN));
