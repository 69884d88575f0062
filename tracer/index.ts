/**
 * Walks packets through iptables rules as the Linux kernel does.
 *
 * ```ts
 * const rules = linkRules(ruleset);
 * const world = makeWorld({ rules: [rules], host });
 * const packet = makePacket({ protocol: 6, source, destination, sourcePort, destinationPort, inInterface: "eth0" });
 * const outcomes = enumerate(world, memoryOf(host), packet);
 * ```
 *
 * A walk gives one outcome for every way that a random match may fall and for every answer to a
 * question that cannot be decided from what is known; `odds` are exact. An outcome's `memory` is
 * what the node knows afterwards: hand it to the next walk (after `later`, when time passes) to
 * follow a connection; `replyTo` makes the packet that comes back, and `walkAnswer` follows the
 * ICMP error or reset that the node itself sent. `events` hold everything that happened, with
 * `recordFailures` also which condition each rule failed by, from which `nearMisses` picks the rules
 * that a person would have expected to match.
 *
 * For many packets, link a program once:
 *
 * ```ts
 * const program = linkProgram(ruleset, host);
 * const packets = makeBatch(4, count, ["cni0", "eth0"]); // fill its arrays, or use setPacket
 * const out = makeResult(packets);
 * runBatch(program, packets, out, seeded("1"));
 * VERDICTS[out.verdict[0]]; // and destination, matchedRules(out, 0), tried, ...
 * const ways = endingsOf(program, packet); // exact odds without the story
 * ```
 *
 * It gives the reference walk's answers at a cost that does not grow with the rules. The first two
 * packets of a kind take microseconds; from the third on they are answered by a plan for all that are
 * alike but for their source and their lot, in less than a tenth of one. A program cannot be sent to
 * another thread: a worker links its own from the text of the rules and the host state (`parseDump`,
 * `linkProgram`), and gets the same one. Batches and results can be sent (`transferablesOf`).
 *
 * A crew does that for you: it asks what becomes of each of many packets, or draws one connection
 * many times, on as many threads as it is given, and any number of them tells the same.
 *
 * ```ts
 * const crew = await hireCrew(world, 4, signal);
 * for await (const cell of matrix(crew, packets)) cell[0]?.probability; // likeliest outcome first
 * const counts = await countEnds(crew, packet, { count: 10_000_000, seed: "1" });
 * const fit = observation(endsOf(enumerate(world, memoryOf(host), packet)), counts).fit;
 * await crew.leave();
 * ```
 */
export { endpointsOf, outcomesAt, type Endpoint } from "./choose/forced.js";
export { everyWay } from "./choose/fork.js";
export { LOTS } from "./choose/luck.js";
export { seeded } from "./choose/seeded.js";
export type { Chooser } from "./choose/types.js";
export { describeNearMiss } from "./diagnose/near-miss-words.js";
export { nearMisses, type NearMiss } from "./diagnose/near-miss.js";
export * from "./host/types.js";
export { parseStatement } from "./match/statement.js";
export { chiSquare, type Fit } from "./odds/chi-square.js";
export {
  addFractions,
  fraction,
  formatFraction,
  fractionToNumber,
  type Fraction,
} from "./odds/fraction.js";
export { isUnknown, unknown, type Field, type Unknown } from "./packet/field.js";
export { makePacket, type PacketParts } from "./packet/make.js";
export { TCP_FLAG_BITS, type Packet } from "./packet/types.js";
export { linkRules, type Backend, type LinkedRules } from "./walk/link.js";
export { later, memoryOf, type Memory } from "./walk/memory.js";
export type { WalkEvent } from "./walk/events.js";
export {
  VERDICTS,
  type Assumption,
  type Condition,
  type Path,
  type Step,
  type Verdict,
} from "./walk/result.js";
export { replyTo, walkAnswer } from "./walk/reply.js";
export { enumerate, walk, type Outcome, type WalkOptions } from "./walk/walk.js";
export { makeWorld, type Statement, type World } from "./walk/world.js";
export { defaultHost } from "./host/default-host.js";
export { hostOfNodes } from "./host/from-nodes.js";
export { readHost, type HostText, type HostTexts } from "./host/read-host.js";
export { readSnapshot, type Snapshot } from "./host/read-snapshot.js";
export { SNAPSHOT_COMMAND } from "./host/snapshot.js";
export { groupOutcomes, totalOdds, type OutcomeGroup } from "./odds/group.js";
export { dropIndifferent, type Settled } from "./odds/indifferent.js";
export { observation, observe, type Observation, type Observed } from "./odds/observe.js";
export { packetOfParts, readPacketLines, type PacketLine } from "./packet/jsonl.js";
export {
  outcomeJson,
  pathJson,
  type OddsJson,
  type OutcomeJson,
  type PathJson,
  type StepJson,
} from "./report/json.js";
export {
  batchOf,
  makeBatch,
  packetAt,
  setPacket,
  transferablesOf,
  type PacketBatch,
} from "./program/batch.js";
export { endingsOf, type Ending } from "./program/endings.js";
export { linkProgram, programOf } from "./program/link.js";
export type { Program } from "./program/program.js";
export { countEnds } from "./jobs/count-ends.js";
export { hireCrew, type Crew } from "./jobs/crew.js";
export { cellOf, type Cell, type CellOutcome, type RulePlace } from "./matrix/cell.js";
export { matrix } from "./matrix/matrix.js";
export { drawUnits, DRAWS_PER_UNIT, type DrawUnit } from "./odds/draw-units.js";
export { endsOf, type Ends } from "./odds/ends.js";
export { makeResult, matchedRules, type BatchResult } from "./program/result.js";
export type { NumberedRule, RuleNumbers } from "./program/rule-numbers.js";
export { runBatch } from "./program/run-batch.js";
export { tracePacket } from "./program/trace.js";
export { oddsJson, oddsText } from "./report/odds.js";
export { ownerOfChain } from "./report/owners.js";
export { pathText, type TextOptions } from "./report/text.js";
