import { CHAIN } from "./chain-names.js";
import type { Clause, KubeRule } from "./rule.js";
import type { ProxySettings } from "./settings.js";

const LOOPBACK_4 = "127.0.0.0/8";
const LOOPBACK_6 = "::1/128";

/** Chains of filter that a sync declares, in its order. */
export function filterChains(settings: ProxySettings): readonly string[] {
  const chains = [
    CHAIN.services,
    CHAIN.externalServices,
    CHAIN.forward,
    CHAIN.nodePorts,
    CHAIN.proxyFirewall,
  ];
  return hasFirewall(settings) ? [...chains, CHAIN.firewall] : chains;
}

/** Chains of nat that a sync declares before those of Services. */
export const NAT_CHAINS: readonly string[] = [
  CHAIN.services,
  CHAIN.nodePorts,
  CHAIN.postrouting,
  CHAIN.markMasquerade,
];

function hasFirewall(settings: ProxySettings): boolean {
  return settings.family === 4 && settings.localhostNodePorts;
}

function comment(text: string): Clause {
  return { kind: "comment", text };
}

/**
 * Node ports on localhost need the sysctl route_localnet, which would let neighbours send to
 * 127.0.0.0/8; this drops what was not translated to there (kubernetes issue 90259).
 */
export function firewallRules(settings: ProxySettings): readonly KubeRule[] {
  const reason = "localhost node ports: nobody else may send to loopback addresses";
  return hasFirewall(settings) ? [{ ...LOCALNET_RULE, reason }] : [];
}

/** The same rule, as kubelet keeps it on every IPv4 node (`syncIPTablesRules`). */
export function kubeletFirewallRule(): KubeRule {
  return { ...LOCALNET_RULE, reason: "kubelet: nobody else may send to loopback addresses" };
}

const LOCALNET_RULE: Omit<KubeRule, "reason"> = {
  chain: CHAIN.firewall,
  clauses: [
    comment("block incoming localnet connections"),
    { kind: "destination", not: false, prefix: LOOPBACK_4 },
    { kind: "source", not: true, prefix: LOOPBACK_4 },
    { kind: "conntrack-state", not: true, states: ["RELATED", "ESTABLISHED", "DNAT"] },
  ],
  target: { kind: "DROP" },
};

export function forwardRules(settings: ProxySettings): readonly KubeRule[] {
  const invalid: KubeRule = {
    chain: CHAIN.forward,
    clauses: [{ kind: "conntrack-state", not: false, states: ["INVALID"] }],
    target: { kind: "DROP" },
    reason: "forwarding: packets of unknown connections would reset known ones",
  };
  return [
    ...(settings.tcpBeLiberal ? [] : [invalid]),
    {
      chain: CHAIN.forward,
      clauses: [
        comment("kubernetes forwarding rules"),
        { kind: "mark", not: false, mark: settings.masqueradeMark },
      ],
      target: { kind: "ACCEPT" },
      reason: "forwarding: what is to be masqueraded passes whatever the policy",
    },
    {
      chain: CHAIN.forward,
      clauses: [
        comment("kubernetes forwarding conntrack rule"),
        { kind: "conntrack-state", not: false, states: ["RELATED", "ESTABLISHED"] },
      ],
      target: { kind: "ACCEPT" },
      reason: "forwarding: and so does the rest of its connection",
    },
  ];
}

/** Masquerades what carries the mark, and how it gets it. */
export function masqueradeRules(settings: ProxySettings): readonly KubeRule[] {
  const mark = settings.masqueradeMark;
  return [
    {
      chain: CHAIN.postrouting,
      clauses: [{ kind: "mark", not: true, mark }],
      target: { kind: "RETURN" },
      reason: "masquerading: only packets with the mark",
    },
    {
      chain: CHAIN.postrouting,
      clauses: [],
      target: { kind: "clear-mark", mark },
      reason: "masquerading: the mark goes, lest the packet meet it again",
    },
    {
      chain: CHAIN.postrouting,
      clauses: [comment("kubernetes service traffic requiring SNAT")],
      target: { kind: "masquerade", randomFully: settings.randomFully },
      reason: "masquerading: the source becomes the node's address",
    },
    {
      chain: CHAIN.markMasquerade,
      clauses: [],
      target: { kind: "set-mark", mark },
      reason: "masquerading: sets the mark",
    },
  ];
}

const LAST_RULE = "kubernetes service nodeports; NOTE: this must be the last rule in this chain";

/** The last rules of KUBE-SERVICES: whatever goes to the node itself may be for a node port. */
export function nodePortJumps(settings: ProxySettings): readonly KubeRule[] {
  const jump = (clauses: readonly Clause[]): KubeRule => ({
    chain: CHAIN.services,
    clauses: [comment(LAST_RULE), ...clauses],
    target: { kind: "jump", chain: CHAIN.nodePorts },
    reason: "node ports: what goes to the node's own addresses",
  });
  if (settings.nodePorts.kind === "listed") {
    return settings.nodePorts.addresses.map((prefix) =>
      jump([{ kind: "destination", not: false, prefix }]),
    );
  }
  const spared =
    settings.family === 6 ? LOOPBACK_6 : settings.localhostNodePorts ? undefined : LOOPBACK_4;
  const local: Clause = { kind: "local-destination" };
  return spared === undefined
    ? [jump([local])]
    : [jump([local, { kind: "destination", not: true, prefix: spared }])];
}
