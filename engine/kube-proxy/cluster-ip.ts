import { CHAIN } from "./chain-names.js";
import { localClients, toAddress, type ServiceContext } from "./context.js";
import type { KubeRule } from "./rule.js";

/** Sends the cluster IP's traffic into the Service's chain, or refuses it. */
export function clusterIPDispatch(
  context: ServiceContext,
  dispatch: KubeRule[],
  filter: KubeRule[],
): void {
  const { port, refuseInternal: refusal } = context;
  const packets = toAddress(context, port.clusterIP);
  if (refusal === undefined) {
    dispatch.push({
      chain: CHAIN.services,
      clauses: [{ kind: "comment", text: `${port.label} cluster IP` }, ...packets],
      target: { kind: "jump", chain: context.internalChain },
      reason: "cluster IP: to the Service's endpoints",
    });
  } else {
    filter.push({
      chain: CHAIN.services,
      clauses: [{ kind: "comment", text: refusal.comment }, ...packets],
      target: { kind: refusal.target },
      reason: `cluster IP: ${refusal.target} because ${refusal.comment}`,
    });
  }
}

/**
 * Clients that are no Pods may have been routed here for the cluster IP alone; answers must come
 * back the same way, so their packets are masqueraded.
 */
export function clusterIPMasquerade(context: ServiceContext, own: KubeRule[]): void {
  const { port, settings } = context;
  const outside = localClients(context, true);
  if (context.refuseInternal !== undefined) return;
  if (!settings.masqueradeAll && outside === undefined) return;
  own.push({
    chain: context.internalChain,
    clauses: [
      { kind: "comment", text: `${port.label} cluster IP` },
      ...toAddress(context, port.clusterIP),
      ...(settings.masqueradeAll || outside === undefined ? [] : [outside]),
    ],
    target: { kind: "jump", chain: CHAIN.markMasquerade },
    reason: settings.masqueradeAll
      ? "cluster IP: masqueradeAll masquerades every client"
      : "cluster IP: clients that are no Pods are masqueraded",
  });
}
