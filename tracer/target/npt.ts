import type { DnptTarget, SnptTarget } from "../../engine/iptables/extensions/npt-targets.js";
import { lengthOfMask } from "../../engine/net/prefix.js";
import { answerIcmp } from "../walk/answer.js";
import { endBranch, rewrite, type Branch } from "../walk/branch.js";
import type { World } from "../walk/world.js";
import type { Effect } from "./effect.js";

type Prefixes = Pick<SnptTarget, "source" | "destination">;

const WIDTH = 128;
const ONES = 0xffff;
/** ICMPv6 "parameter problem: erroneous header field". */
const PARAMETER_PROBLEM = 4;

/** `ip6t_NPT.c: ip6t_snpt_tg`, `ip6t_dnpt_tg`: a new prefix, without connections (RFC 6296). */
export function translatePrefix(
  branch: Branch,
  target: SnptTarget | DnptTarget,
  world: World,
  where: string,
): Effect {
  const { packet } = branch;
  const side = target.name === "SNPT" ? "source" : "destination";
  const { address, kept } = mapped(target, BigInt(packet[side]));
  rewrite(branch, where, { [side]: address });
  if (kept) return "continue";
  const why = `${where} (${target.name} cannot keep the checksum of this address)`;
  endBranch(branch, "dropped", why, answerIcmp(world, branch.packet, PARAMETER_PROBLEM, 0));
  return "ended";
}

interface Mapped {
  readonly address: bigint;
  readonly kept: boolean;
}

/**
 * The address with the new prefix, and one of its 16-bit words changed so that the sum of all stays
 * as it was; not `kept` where every word that may change is all ones.
 */
function mapped({ source, destination }: Prefixes, address: bigint): Mapped {
  if (source === undefined || destination === undefined) return { address, kept: true };
  const [from, to] = [source, destination];
  const length = Math.max(lengthOfMask(from.mask) ?? 0, lengthOfMask(to.mask) ?? 0);
  const rest = (1n << BigInt(WIDTH - length)) - 1n;
  const moved = (address & rest) | BigInt(to.address);
  const words = wordsOf(moved);
  const at = length <= 48 ? 3 : words.findIndex((word, index) => index >= 4 && word !== ONES);
  const word = words[at];
  if (word === undefined) return { address: moved, kept: false };
  const adjustment = difference(
    sumOf(wordsOf(BigInt(from.address))),
    sumOf(wordsOf(BigInt(to.address))),
  );
  const changed = folded(word + adjustment);
  const sum = changed === ONES ? 0 : changed;
  return { address: joined(words.with(at, sum)), kept: true };
}

function joined(words: readonly number[]): bigint {
  return words.reduce((whole, word) => (whole << 16n) | BigInt(word), 0n);
}

function wordsOf(address: bigint): readonly number[] {
  return Array.from({ length: 8 }, (_, at) => Number((address >> BigInt(112 - at * 16)) & 0xffffn));
}

/** Sums in one's complement of 16 bits (RFC 1071). */
function sumOf(words: readonly number[]): number {
  return folded(words.reduce((sum, word) => sum + word, 0));
}

function difference(left: number, right: number): number {
  return folded(left + (ONES - right));
}

function folded(sum: number): number {
  const once = (sum & ONES) + Math.floor(sum / (ONES + 1));
  return (once & ONES) + Math.floor(once / (ONES + 1));
}
