import { ICMP, ICMPV6 } from "../../../engine/net/protocol.js";
import { isUnknown, type Field } from "../../../tracer/packet/field.js";
import {
  forgetConnection,
  keepConnection,
  liveConnections,
  type Memory,
} from "../../../tracer/walk/memory.js";
import type { SeenPacket } from "./wire-format.js";

/**
 * A port that NAT drew at random is unknown to the walk. Once it has been seen on the wire, the
 * connection that just passed has it, so that its replies are known again.
 */
export function learnPorts(memory: Memory, seen: SeenPacket | undefined): Memory {
  if (seen === undefined) return memory;
  let learned = memory;
  for (const connection of liveConnections(memory)) {
    const { reply } = connection;
    const isIcmp = reply.protocol === ICMP || reply.protocol === ICMPV6;
    const known = {
      ...reply,
      sourcePort: settled(reply.sourcePort, isIcmp ? seen.icmpId : seen.destinationPort),
      destinationPort: settled(reply.destinationPort, seen.sourcePort),
    };
    if (known.sourcePort !== reply.sourcePort || known.destinationPort !== reply.destinationPort) {
      learned = keepConnection(forgetConnection(learned, connection), {
        ...connection,
        reply: known,
      });
    }
  }
  return learned;
}

function settled(ours: Field<number>, seen: number | undefined): Field<number> {
  return isUnknown(ours) && seen !== undefined ? seen : ours;
}
