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

/** Where in `#answers` those by TCP's flags stand, those by ICMP's type, and those by protocol. */
const BY_FLAGS = 0;
const BY_ICMP_TYPE = 256;
const BY_PROTOCOL = 512;

/**
 * Which packets that belong to no known connection open one of state NEW, or are not tracked at all
 * here; learnt from the reference walk, once for each kind of packet. All others are left to it.
 */
export class FirstPackets {
  readonly #world: World;
  readonly #memory: Memory;
  readonly #icmp: number;
  /** What is known so far, by kind of packet. */
  readonly #answers: Uint8Array;

  constructor(world: World, tracked: boolean) {
    this.#world = world;
    this.#memory = memoryOf({ ...world.host, connections: given([]) });
    this.#icmp = world.family === 4 ? ICMP : ICMPV6;
    this.#answers = new Uint8Array(BY_PROTOCOL + 256).fill(tracked ? NOT_ASKED : OPENS);
  }

  /** `second`: of ICMP type * 256 + code. */
  opens(protocol: number, tcpFlags: number, second: number): boolean {
    const icmp = protocol === this.#icmp;
    // The other family's is no packet of this one.
    if (!icmp && (protocol === ICMP || protocol === ICMPV6)) return false;
    const detail = protocol === TCP ? tcpFlags : icmp ? second >> 8 : 0;
    const kinds = protocol === TCP ? BY_FLAGS : icmp ? BY_ICMP_TYPE : BY_PROTOCOL + protocol;
    const kind = kinds + detail;
    if (this.#answers[kind] === NOT_ASKED) {
      this.#answers[kind] = this.#isNew(protocol, detail) ? OPENS : OPENS_NOT;
    }
    return this.#answers[kind] === OPENS;
  }

  /** `detail`: TCP's flags, or ICMP's type; of other protocols it does not count. */
  #isNew(protocol: number, detail: number): boolean {
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
