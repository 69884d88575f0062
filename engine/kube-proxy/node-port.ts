import { CHAIN } from "./chain-names.js";
import type { ServiceContext } from "./context.js";
import { refuseExternal } from "./external.js";
import type { KubeRule } from "./rule.js";

/** Sends traffic to the node port into the EXT chain; refuses what nothing would serve. */
export function nodePortDispatch(
  context: ServiceContext,
  dispatch: KubeRule[],
  filter: KubeRule[],
): void {
  const { port, protocol } = context;
  if (port.nodePort === 0) return;
  const toPort = { kind: "destination-port", port: port.nodePort } as const;
  if (context.categories.any) {
    dispatch.push({
      chain: CHAIN.nodePorts,
      clauses: [{ kind: "comment", text: port.label }, protocol, toPort],
      target: { kind: "jump", chain: context.chains.external },
      reason: "node port: to the Service's external chain",
    });
  }
  refuseExternal(context, [{ kind: "local-destination" }, protocol, toPort], "node port", filter);
}

/** Load balancers ask this port whether the node has endpoints of its own. */
export function healthCheckAccept({ port }: ServiceContext, filter: KubeRule[]): void {
  if (port.healthCheckNodePort === 0) return;
  filter.push({
    chain: CHAIN.nodePorts,
    clauses: [
      { kind: "comment", text: `${port.label} health check node port` },
      { kind: "protocol", protocol: "tcp" },
      { kind: "destination-port", port: port.healthCheckNodePort },
    ],
    target: { kind: "ACCEPT" },
    reason: "health check node port: let in",
  });
}
