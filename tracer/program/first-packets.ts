import { ICMP, ICMPV6, TCP } from "../../engine/net/protocol.js";
import { given } from "../host/types.js";
import { makePacket } from "../packet/make.js";
import { hasPorts } from "../packet/protocols.js";
import { memoryOf, type Memory } from "../walk/memory.js";
import type { World } from "../walk/world.js";
import { goThrough, scratch } from "./scratch.js";

const NOT_ASKED = 0;
const OPENS = 1;
const OPENS_NOT = 2;

/**
 * Which packets that belong to no known connection open one of state NEW, or are not tracked at all
 * here; learnt from the reference walk, once for each kind of packet. All others are left to it.
 */
export class FirstPackets {
  readonly #world: World;
  readonly #memory: Memory;
  readonly #tracked: boolean;
  readonly #byProtocol = new Uint8Array(256);
  readonly #byTcpFlags = new Uint8Array(256);
  readonly #byIcmpType = new Uint8Array(256);
  readonly #icmp: number;

  constructor(world: World, tracked: boolean) {
    this.#world = world;
    this.#memory = memoryOf({ ...world.host, connections: given([]) });
    this.#tracked = tracked;
    this.#icmp = world.family === 4 ? ICMP : ICMPV6;
  }

  /** `detail`: TCP's flags, or ICMP's type; of other protocols it does not count. */
  opens(protocol: number, detail: number): boolean {
    if (!this.#tracked) return true;
    if (protocol === TCP) return this.#answer(this.#byTcpFlags, detail, protocol, detail);
    if (protocol === this.#icmp) return this.#answer(this.#byIcmpType, detail, protocol, detail);
    return this.#answer(this.#byProtocol, protocol, protocol, 0);
  }

  #answer(known: Uint8Array, at: number, protocol: number, detail: number): boolean {
    if (known[at] === NOT_ASKED) {
      known[at] = this.#learn(protocol, detail) ? OPENS : OPENS_NOT;
    }
    return known[at] === OPENS;
  }

  #learn(protocol: number, detail: number): boolean {
    const [source, destination] =
      this.#world.family === 4
        ? [0xc0000201, 0xc0000202]
        : [0xfd00n << 112n, (0xfd00n << 112n) | 1n];
    const packet = makePacket({
      protocol,
      source,
      destination,
      inInterface: "lo",
      ...(hasPorts(protocol) ? { sourcePort: 40_000, destinationPort: 9 } : {}),
      ...(protocol === TCP ? { tcpFlags: detail } : {}),
      ...(protocol === this.#icmp ? { icmpType: detail, icmpId: 1 } : {}),
    });
    const asked = scratch(this.#world, this.#memory, packet);
    goThrough(asked, { do: "track", hook: "PREROUTING" });
    const { tracking } = asked.branch;
    return tracking.kind === "tracked" && tracking.state === "NEW";
  }
}
