import type { ChainDeclaration, RestoreCommand, RestoreInput } from "../iptables/restore.js";
import type { Belief } from "../services/types.js";
import {
  filterChains,
  firewallRules,
  forwardRules,
  masqueradeRules,
  NAT_CHAINS,
  nodePortJumps,
} from "./base-chains.js";
import type { SyncConditions } from "./context.js";
import type { KubeRule } from "./rule.js";
import { serviceRules } from "./service-rules.js";
import { typedRule } from "./typed-rule.js";

/** The restore input of a full sync in typed form: the same commands in the same order. */
export function restoreInput(
  beliefs: readonly Belief[],
  conditions: SyncConditions,
  stale: readonly string[],
): RestoreInput {
  const { settings } = conditions;
  const filter: RestoreCommand[] = firewallRules(settings).map((rule) => append(rule, undefined));
  const nat: RestoreCommand[] = masqueradeRules(settings).map((rule) => append(rule, undefined));
  const natChains = NAT_CHAINS.map(declare);
  for (const belief of beliefs) {
    const rules = serviceRules(belief, conditions);
    const subject = belief.port.label;
    for (const rule of rules.filter) filter.push(append(rule, subject));
    for (const rule of rules.dispatch) nat.push(append(rule, subject));
    for (const rule of rules.own) nat.push(append(rule, subject));
    for (const chain of rules.chains) natChains.push(declare(chain));
  }
  for (const rule of forwardRules(settings)) filter.push(append(rule, undefined));
  for (const chain of stale) {
    natChains.push(declare(chain));
    nat.push({ verb: "delete-chain", chain });
  }
  for (const rule of nodePortJumps(settings)) nat.push(append(rule, undefined));
  return {
    family: settings.family,
    tables: [
      { name: "filter", declared: filterChains(settings).map(declare), commands: filter },
      { name: "nat", declared: natChains, commands: nat },
    ],
  };
}

function append(rule: KubeRule, subject: string | undefined): RestoreCommand {
  return { verb: "append", chain: rule.chain, rule: typedRule(rule, subject) };
}

function declare(chain: string): ChainDeclaration {
  return { chain, policy: undefined, counters: { packets: 0n, bytes: 0n }, line: undefined };
}
