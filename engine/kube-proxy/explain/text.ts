import type { Encounter, ExplainedEndpoint, ExplainedPort, ServiceExplanation } from "./types.js";

/** An explanation as lines for a terminal, without colours. */
export function explanationText(explanation: ServiceExplanation): string {
  const { service, skipped, ports, ignoredSlices } = explanation;
  const lines = [
    `Service ${service}${skipped === undefined ? "" : `: no rules, because ${skipped}`}`,
  ];
  for (const port of ports) lines.push("", ...portLines(port));
  if (ignoredSlices.length > 0) {
    lines.push("", "Slices that do not count:");
    for (const { slice, why } of ignoredSlices) lines.push(`  ${slice}: ${why}`);
  }
  return `${lines.join("\n")}\n`;
}

function portLines(port: ExplainedPort): readonly string[] {
  const used = port.endpoints.filter(({ counts }) => counts);
  const unused = port.endpoints.filter(({ counts }) => !counts);
  return [
    `Port ${port.label} (${port.port}/${port.protocol})`,
    `  cluster IP ${port.clusterIP}, internal policy ${port.internalPolicy}`,
    ...externalLines(port),
    ...(port.affinitySeconds === undefined
      ? []
      : [`  a client keeps its endpoint for ${port.affinitySeconds} s`]),
    port.noTopology === undefined
      ? "  zone hints are followed"
      : `  zone hints are not followed: ${port.noTopology}`,
    `  endpoints that count: ${used.length === 0 ? "none" : used.length}`,
    ...used.map(endpointLine),
    ...(unused.length === 0 ? [] : [`  endpoints that do not: ${unused.length}`]),
    ...unused.map(endpointLine),
    `  chains: ${port.chains.length === 0 ? "none" : ""}`.trimEnd(),
    ...port.chains.map(
      ({ name, purpose, rules }) =>
        `    ${name}  ${rules} ${rules === 1 ? "rule " : "rules"}  ${purpose}`,
    ),
    "  who meets what:",
    ...port.encounters.map(encounterLine),
  ];
}

function externalLines(port: ExplainedPort): readonly string[] {
  const addresses = [
    ...(port.nodePort === 0 ? [] : [`node port ${port.nodePort}`]),
    ...port.externalIPs.map((ip) => `external IP ${ip}`),
    ...port.loadBalancerIPs.map((ip) => `load-balancer IP ${ip}`),
  ];
  if (addresses.length === 0) return [];
  const line = `  ${addresses.join(", ")}, external policy ${port.externalPolicy}`;
  const ranges = port.sourceRanges.join(", ");
  return ranges === "" ? [line] : [line, `  load-balancer IPs only from ${ranges}`];
}

function endpointLine({ text, pod, node, local, why }: ExplainedEndpoint): string {
  const where = node === undefined ? [] : [local ? `${node} (this node)` : node];
  const known = [...(pod === undefined ? [] : [`pod ${pod}`]), ...where].join(", ");
  return `    ${text}${known === "" ? "" : `  ${known}`}: ${why}`;
}

function encounterLine(encounter: Encounter): string {
  const { client, destination, outcome, endpoints, masqueraded, why } = encounter;
  const who = client === "outside" ? "a client outside" : client === "Pod" ? "a Pod" : "the node";
  const count = `${endpoints.length} endpoint${endpoints.length === 1 ? "" : "s"}, 1/${endpoints.length} each`;
  const end =
    outcome === "endpoints"
      ? `${count}, ${masqueraded ? "masqueraded" : "source kept"}`
      : outcome === "untranslated"
        ? "sent on untranslated"
        : outcome;
  return `    ${who} at ${destination}: ${end} (${why})`;
}
