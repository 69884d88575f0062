import { makeRule } from "../iptables/make.js";
import { is } from "../iptables/make.js";
import { applyRestore } from "../iptables/apply.js";
import { printRuleset } from "../iptables/print.js";
import {
  BUILT_IN_CHAINS,
  type Chain,
  type Match,
  type Rule,
  type Ruleset,
  type Table,
  type TableName,
} from "../iptables/types.js";
import { kubeletFirewallRule } from "./base-chains.js";
import { CHAIN } from "./chain-names.js";
import type { Compilation } from "./compile.js";
import { typedRule } from "./typed-rule.js";

/** A jump from a built-in chain that kube-proxy, or kubelet, makes outside the sync. */
interface BaseJump {
  readonly table: "filter" | "nat";
  readonly from: string;
  readonly to: string;
  readonly comment: string | undefined;
  /** Only packets of connections that are new. */
  readonly onlyNew: boolean;
}

function jump(
  table: BaseJump["table"],
  from: string,
  to: string,
  comment: string | undefined,
  onlyNew = false,
): BaseJump {
  return { table, from, to, comment, onlyNew };
}

const EXTERNAL = "kubernetes externally-visible service portals";
const PORTALS = "kubernetes service portals";
const LOAD_BALANCER = "kubernetes load balancer firewall";

/**
 * In the order in which they are made; each is put first in its chain, so the last made stands
 * first (`iptablesJumpChains`, `iptablesKubeletJumpChains`).
 */
const BASE_JUMPS: readonly BaseJump[] = [
  jump("filter", "INPUT", CHAIN.externalServices, EXTERNAL, true),
  jump("filter", "FORWARD", CHAIN.externalServices, EXTERNAL, true),
  jump("filter", "INPUT", CHAIN.nodePorts, "kubernetes health check service ports"),
  jump("filter", "FORWARD", CHAIN.services, PORTALS, true),
  jump("filter", "OUTPUT", CHAIN.services, PORTALS, true),
  jump("filter", "FORWARD", CHAIN.forward, "kubernetes forwarding rules"),
  jump("filter", "INPUT", CHAIN.proxyFirewall, LOAD_BALANCER, true),
  jump("filter", "OUTPUT", CHAIN.proxyFirewall, LOAD_BALANCER, true),
  jump("filter", "FORWARD", CHAIN.proxyFirewall, LOAD_BALANCER, true),
  jump("nat", "OUTPUT", CHAIN.services, PORTALS),
  jump("nat", "PREROUTING", CHAIN.services, PORTALS),
  jump("nat", "POSTROUTING", CHAIN.postrouting, "kubernetes postrouting rules"),
  jump("filter", "INPUT", CHAIN.firewall, undefined),
  jump("filter", "OUTPUT", CHAIN.firewall, undefined),
];

/**
 * Chains without rules: their absence tells that somebody flushed the tables, and the hint tells
 * iptables wrappers which backend the node uses (KEP-3178).
 */
const EMPTY_CHAINS: Readonly<Record<"mangle" | "nat" | "filter", readonly string[]>> = {
  mangle: [CHAIN.kubeletHint, CHAIN.proxyCanary, CHAIN.kubeletCanary],
  nat: [CHAIN.proxyCanary, CHAIN.kubeletCanary],
  filter: [CHAIN.proxyCanary, CHAIN.kubeletCanary, CHAIN.firewall],
};

/**
 * All rules of a node that holds nothing but what kube-proxy and kubelet set up: the compiled
 * rules, the jumps to them from the built-in chains, KUBE-FIREWALL and the canary chains.
 */
export function completeRuleset(compilation: Compilation): Ruleset {
  const { family } = compilation.settings;
  const tables = new Map<TableName, Table>();
  for (const name of ["mangle", "nat", "filter"] as const) {
    const chains = new Map<string, Chain>();
    for (const hook of BUILT_IN_CHAINS[name]) chains.set(hook, builtIn(name, hook));
    for (const chain of EMPTY_CHAINS[name]) chains.set(chain, userChain(chain, []));
    tables.set(name, { name, chains });
  }
  const base: Ruleset = { family, tables };
  const synced = applyRestore(base, compilation.input, { noflush: true }).value;
  return withKubeletFirewall(synced);
}

/** `completeRuleset` as text for `iptables-restore`, in kube-proxy's spelling. */
export function completeText(compilation: Compilation): string {
  return printRuleset(completeRuleset(compilation), "kube-proxy");
}

function builtIn(table: TableName, hook: string): Chain {
  const jumps = BASE_JUMPS.filter((made) => made.table === table && made.from === hook);
  return {
    name: hook,
    policy: "ACCEPT",
    counters: undefined,
    rules: jumps.toReversed().map(jumpRule),
    line: undefined,
  };
}

function userChain(name: string, rules: readonly Rule[]): Chain {
  return { name, policy: undefined, counters: undefined, rules, line: undefined };
}

function jumpRule({ to, comment, onlyNew }: BaseJump): Rule {
  const matches: Match[] = [];
  if (onlyNew) matches.push({ name: "conntrack", ctstate: is(["NEW"]) });
  if (comment !== undefined) matches.push({ name: "comment", comment });
  const reason = "base chain: into the chains that kube-proxy keeps";
  return makeRule({
    matches,
    target: { name: "jump", chain: to },
    origin: { kind: "compiled", subject: undefined, reason },
  });
}

/** kubelet sets the same rule as kube-proxy, and does so whatever kube-proxy is told. */
function withKubeletFirewall(ruleset: Ruleset): Ruleset {
  const filter = ruleset.tables.get("filter");
  const firewall = filter?.chains.get(CHAIN.firewall);
  if (ruleset.family === 6 || filter === undefined || (firewall?.rules.length ?? 0) > 0) {
    return ruleset;
  }
  const rule = typedRule(kubeletFirewallRule(), undefined);
  const chains = new Map(filter.chains).set(CHAIN.firewall, userChain(CHAIN.firewall, [rule]));
  return { ...ruleset, tables: new Map(ruleset.tables).set("filter", { ...filter, chains }) };
}
