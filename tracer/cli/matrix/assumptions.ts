import { seeded } from "../../choose/seeded.js";
import { memoryOf } from "../../walk/memory.js";
import type { Assumption } from "../../walk/result.js";
import { walk } from "../../walk/walk.js";
import type { World } from "../../walk/world.js";
import type { Question } from "./questions.js";

/**
 * What was assumed of the node and had a say: read off one walk for each kind of client at each kind
 * of address, as Services of one kind are asked the same things.
 */
export function assumptionsOf(questions: readonly Question[], world: World): readonly Assumption[] {
  const memory = memoryOf(world.host);
  const samples = new Map<string, Question>();
  for (const question of questions) {
    const kind = `${question.front.kind} ${question.source.name}`;
    if (!samples.has(kind)) samples.set(kind, question);
  }
  const found = new Map<string, Assumption>();
  for (const { packet } of samples.values()) {
    for (const { path } of walk(world, memory, packet, { chooser: seeded("assumptions") })) {
      for (const assumption of path.assumptions) found.set(assumption.what, assumption);
    }
  }
  return [...found.values()];
}
