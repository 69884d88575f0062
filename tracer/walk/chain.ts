import type { Match, Rule, Target } from "../../engine/iptables/types.js";
import type { JumpTarget } from "../../engine/iptables/extensions/verdicts.js";
import { isDraw } from "../match/answer.js";
import { failedHeader } from "../match/header.js";
import { askMatch } from "../match/index.js";
import { isUnknown } from "../packet/field.js";
import { applyTarget } from "../target/index.js";
import { describePlace, endBranch, placeOf, record, type Branch, type Scan } from "./branch.js";
import { drawAnswer } from "./draw.js";
import type { FailedCondition } from "./events.js";
import type { LinkedRule } from "./link.js";
import { questionAbout } from "./question.js";
import { stated, suppose } from "./suppose.js";
import type { Walker } from "./world.js";

/**
 * Walks the branch through the chains of one table until the table is done (`branch.scan` is then
 * `undefined`) or the branch ends (`ip_tables.c: ipt_do_table`).
 */
export function scanTable(walker: Walker, branch: Branch): void {
  for (let scan = branch.scan; scan !== undefined; scan = branch.scan) {
    if (scan.queued === true) {
      branch.scan = undefined;
      return;
    }
    passOver(walker, branch, scan);
    const rule = scan.chain.rules[scan.rule];
    if (rule === undefined) leaveChain(branch, scan);
    else if (ruleMatches(walker, branch, scan, rule)) take(walker, branch, scan, rule);
    else nextRule(branch);
  }
}

/** Rules that cannot match are left behind in one step, unless someone asks why they failed. */
function passOver({ world, recordFailures }: Walker, branch: Branch, scan: Scan): void {
  const { index } = scan.chain;
  if (index === undefined || scan.match >= 0 || recordFailures || world.statements.length > 0) {
    return;
  }
  const { packet } = branch;
  // What protocol such a packet is of hangs on the backend.
  if (isUnknown(packet.extensionHeaders) || packet.extensionHeaders.length > 0) return;
  const next = index.next(scan.rule, packet, inName(branch, scan), outName(branch, scan));
  branch.tried += next - scan.rule;
  scan.rule = next;
}

function nextRule({ scan }: Branch): void {
  if (scan === undefined) return;
  scan.rule++;
  scan.match = -1;
}

/** Header first, then the matches in order, whose side effects stay even when a later one fails. */
function ruleMatches(walker: Walker, branch: Branch, scan: Scan, linked: LinkedRule): boolean {
  const { rule } = linked;
  if (scan.match < 0) {
    branch.tried++;
    const { packet } = branch;
    const [inside, outside] = [inName(branch, scan), outName(branch, scan)];
    const field = failedHeader(rule, packet, inside, outside, scan.backend);
    if (field !== undefined) return fail(walker, branch, rule, { kind: "header", field });
    scan.match = 0;
  }
  const { matches } = rule;
  if (matches.length === 0 && statedAway(walker, branch)) return false;
  while (scan.match < matches.length) {
    const index = scan.match;
    const match = matches[index];
    if (match === undefined || !holds(walker, branch, match)) {
      return branch.end === undefined && fail(walker, branch, rule, { kind: "match", index });
    }
    scan.match = index + 1;
  }
  return true;
}

/** A rule without matches of which the user states that it does not match. */
function statedAway(walker: Walker, branch: Branch): boolean {
  if (walker.world.statements.length === 0) return false;
  const question = { kind: "rule", name: undefined, what: whereOf(branch) };
  return stated(walker, branch, question) === false;
}

/** Empty where the hook has none. */
function inName(branch: Branch, { hook }: Scan): string {
  return hook === "OUTPUT" ? "" : (branch.packet.inInterface ?? "");
}

function outName(branch: Branch, { hook }: Scan): string {
  return hook === "PREROUTING" || hook === "INPUT" ? "" : (branch.seenOut ?? "");
}

function fail(walker: Walker, branch: Branch, rule: Rule, condition: FailedCondition): false {
  if (!walker.recordFailures) return false;
  const at = placeOf(branch);
  if (at !== undefined) {
    const depth = branch.scan?.depth ?? 0;
    const { packet, seenOut: out, tracking } = branch;
    record(branch, {
      kind: "failed",
      at,
      depth,
      definition: rule,
      condition,
      packet,
      out,
      tracking,
    });
  }
  return false;
}

function holds(walker: Walker, branch: Branch, match: Match): boolean {
  const told = toldOf(walker, branch, match);
  if (told !== undefined) return told;
  const answer = askMatch(match, branch, walker.world);
  if (answer === "yes" || answer === "no") return answer === "yes";
  if (answer === "hotdrop") {
    endBranch(branch, "dropped", `${whereOf(branch)} (-m ${match.name} drops it)`);
    return false;
  }
  if (isDraw(answer)) return drawAnswer(walker, branch, answer, nextRule);
  return (
    isUnknown(answer) && suppose(walker, branch, questionAbout(match, answer, branch), nextRule)
  );
}

/** What the user stated about this match (`limit=no`), whatever is known of it. */
function toldOf(walker: Walker, branch: Branch, match: Match): boolean | undefined {
  if (walker.world.statements.length === 0) return undefined;
  return stated(walker, branch, questionAbout(match, { unknown: "" }, branch));
}

function whereOf(branch: Branch): string {
  const place = placeOf(branch);
  return place === undefined ? "" : describePlace(place);
}

function take(walker: Walker, branch: Branch, scan: Scan, { rule, to }: LinkedRule): void {
  const at = placeOf(branch);
  if (at === undefined) return;
  const { target } = rule;
  const name = target === undefined ? "" : targetName(target);
  record(branch, { kind: "matched", at, depth: scan.depth, definition: rule, target: name });
  if (target === undefined) nextRule(branch);
  else if (isJump(target)) enterChain(branch, scan, target, to);
  else {
    switch (applyTarget(walker, branch, target, describePlace(at))) {
      case "continue":
        return nextRule(branch);
      case "accept":
        branch.scan = undefined;
        return;
      case "return":
        return leaveChain(branch, scan);
      case "ended":
        return;
    }
  }
}

export function targetName(target: Target): string {
  if (target.name === "jump" || target.name === "goto") return target.chain;
  return target.name === "opaque" ? target.extension : target.name;
}

function isJump(target: Target): target is JumpTarget {
  return target.name === "jump" || target.name === "goto";
}

function enterChain(
  branch: Branch,
  scan: Scan,
  { name: how, chain: name }: JumpTarget,
  to: LinkedRule["to"],
): void {
  if (to === undefined) {
    return endBranch(branch, "unknown", `chain ${name} of table ${scan.table} is not given`);
  }
  const loop = scan.chain.loop ?? to.loop;
  if (loop !== undefined) {
    return endBranch(
      branch,
      "unknown",
      `the kernel refuses these rules: ${loop.join(", ")} is a loop`,
    );
  }
  if (how === "jump") {
    scan.frames = { chain: scan.chain, rule: scan.rule + 1, below: scan.frames };
    scan.depth++;
  }
  scan.chain = to;
  scan.rule = 0;
  scan.match = -1;
  return undefined;
}

/** To the rule after the jump; out of a base chain, or of one that it went to, its policy decides. */
function leaveChain(branch: Branch, scan: Scan): void {
  const { frames } = scan;
  if (frames !== undefined) {
    scan.chain = frames.chain;
    scan.rule = frames.rule;
    scan.match = -1;
    scan.frames = frames.below;
    scan.depth--;
    return;
  }
  const { hook, table } = scan;
  const policy = scan.base.policy ?? "ACCEPT";
  record(branch, { kind: "policy", hook, table, policy });
  if (policy === "DROP") return endBranch(branch, "dropped", `${table} ${hook} policy DROP`);
  branch.scan = undefined;
}
