import type { Belief } from "../../../engine/services/types.js";
import type { TransportProtocol } from "../../../engine/kubernetes/types.js";
import type { Address } from "../../../engine/net/ip.js";
import { SCTP, TCP, UDP } from "../../../engine/net/protocol.js";
import { makePacket } from "../../packet/make.js";
import type { Packet } from "../../packet/types.js";
import { CLIENT_PORT, entranceOf } from "../trace/packet.js";
import { frontsOf, nodeAddresses, type Front } from "./fronts.js";
import { servingOf } from "./judge.js";
import type { MatrixSetup } from "./load.js";
import type { Source } from "./sources.js";

/** One cell's question: a source asks a Service port at one of its addresses. */
export interface Question {
  readonly belief: Belief;
  readonly front: Front;
  readonly source: Source;
  /** Where it should end: see `servingOf`. */
  readonly serving: ReadonlySet<string>;
  /** The first packet of a new connection. */
  readonly packet: Packet;
}

const PROTOCOLS: Readonly<Record<TransportProtocol, number>> = { TCP, UDP, SCTP };

/** All questions, Service port by Service port, address by address. */
export function questionsOf(setup: MatrixSetup, sources: readonly Source[]): readonly Question[] {
  const { beliefs, world } = setup;
  const nodes = nodeAddresses(setup);
  const entrances = new Map<Address, string | undefined>();
  const entrance = (address: Address): string | undefined => {
    if (!entrances.has(address)) entrances.set(address, entranceOf(world.host, address));
    return entrances.get(address);
  };
  return beliefs.flatMap((belief) => {
    const serving = servingOf(belief);
    return frontsOf(belief.port, nodes).flatMap((front) =>
      sources.flatMap((source): Question[] => {
        const address = source.addressFor(belief, front);
        if (address === undefined) return [];
        const packet = makePacket({
          protocol: PROTOCOLS[belief.port.name.protocol],
          source: address,
          sourcePort: CLIENT_PORT,
          destination: front.address,
          destinationPort: front.port,
          inInterface: entrance(address),
        });
        return [{ belief, front, source, serving, packet }];
      }),
    );
  });
}
