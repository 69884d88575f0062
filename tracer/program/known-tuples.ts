import type { Connection, Tuple } from "../host/types.js";
import { finishHash, FREE, mix } from "./dispatch.js";
import { wordsOf, writeAddress } from "./fields.js";
import { DESTINATION_KEY, SOURCE_KEY, type Registers } from "./registers.js";
import { DESTINATION, PROTOCOL, SOURCE } from "./fields.js";

/**
 * Hashes of the tuples of all connections that the host knows. A packet whose hash is not here
 * belongs to none of them and is in nobody's way; one whose hash is here may.
 */
export class KnownTuples {
  readonly #slots: Int32Array;
  readonly #words: 1 | 4;
  readonly size: number;

  constructor(connections: readonly Connection[], family: 4 | 6) {
    this.#words = wordsOf(family);
    const tuples = connections.flatMap(({ original, reply }) => [original, reply]);
    this.size = tuples.length;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(tuples.length * 2 + 2)));
    for (const tuple of tuples) this.#add(this.#hashOf(tuple));
  }

  /** Of the packet's own tuple. */
  hasPacket(registers: Registers): boolean {
    return this.#has(registers, SOURCE, DESTINATION, SOURCE_KEY, DESTINATION_KEY);
  }

  /** Of its tuple turned round, as an answer carries it; of ICMP the type is let be. */
  hasAnswer(registers: Registers): boolean {
    return this.#has(registers, DESTINATION, SOURCE, DESTINATION_KEY, SOURCE_KEY);
  }

  #has(
    registers: Registers,
    source: number,
    destination: number,
    sourceKey: number,
    destinationKey: number,
  ): boolean {
    if (this.size === 0) return false;
    let hash = mix(0, registers[PROTOCOL] ?? 0);
    hash = this.#mixAddress(hash, registers, source);
    hash = this.#mixAddress(hash, registers, destination);
    if (hasKeys(registers[PROTOCOL] ?? 0)) {
      hash = mix(hash, registers[sourceKey] ?? 0);
      hash = mix(hash, registers[destinationKey] ?? 0);
    }
    return this.#holds(finishHash(hash));
  }

  #mixAddress(hash: number, words: Int32Array, at: number): number {
    let mixed = hash;
    for (let word = at; word < at + this.#words; word++) mixed = mix(mixed, words[word] ?? 0);
    return mixed;
  }

  #hashOf({ protocol, source, destination, sourcePort, destinationPort }: Tuple): number {
    const words = new Int32Array(4);
    let hash = mix(0, protocol);
    writeAddress(words, 0, source);
    hash = this.#mixAddress(hash, words, 0);
    writeAddress(words, 0, destination);
    hash = this.#mixAddress(hash, words, 0);
    if (hasKeys(protocol)) {
      hash = mix(hash, typeof sourcePort === "number" ? sourcePort : -1);
      hash = mix(hash, typeof destinationPort === "number" ? destinationPort : -1);
    }
    return finishHash(hash);
  }

  #add(hash: number): void {
    const last = this.#slots.length - 1;
    let slot = hash & last;
    while (this.#slots[slot] !== FREE && this.#slots[slot] !== hash) slot = (slot + 1) & last;
    this.#slots[slot] = hash;
  }

  #holds(hash: number): boolean {
    const last = this.#slots.length - 1;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      if (this.#slots[slot] === hash) return true;
      if (this.#slots[slot] === FREE) return false;
    }
  }
}

/** ICMP's keys turn round in their own way: all messages between two addresses count as known. */
function hasKeys(protocol: number): boolean {
  return protocol !== 1 && protocol !== 58;
}
