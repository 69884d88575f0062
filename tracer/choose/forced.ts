import type { Address } from "../../engine/net/ip.js";
import type { Outcome } from "../walk/walk.js";

/** Where a packet may end. */
export interface Endpoint {
  readonly address: Address;
  /** `undefined`: any. */
  readonly port: number | undefined;
}

/** The outcomes in which the packet ends at this endpoint, as if the dice were loaded. */
export function outcomesAt(
  outcomes: readonly Outcome[],
  { address, port }: Endpoint,
): readonly Outcome[] {
  return outcomes.filter(
    ({ path: { last } }) =>
      last.destination === address && (port === undefined || last.destinationPort === port),
  );
}

/** Every endpoint that the outcomes come to, each once, for telling what could have been asked for. */
export function endpointsOf(outcomes: readonly Outcome[]): readonly Endpoint[] {
  const seen = new Map<string, Endpoint>();
  for (const { path } of outcomes) {
    const { destination, destinationPort } = path.last;
    const port = typeof destinationPort === "number" ? destinationPort : undefined;
    seen.set(`${destination} ${String(port)}`, { address: destination, port });
  }
  return [...seen.values()];
}
