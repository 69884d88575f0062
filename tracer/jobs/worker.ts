import { workerData } from "piscina";
import { programOf } from "../program/link.js";
import { performer, type Answer, type Task } from "./tasks.js";
import { unpackWorld, type PackedWorld } from "./world.js";

/* What a thread of the pool runs: it links the program once, then does one task after another. */

const packed: PackedWorld = workerData;
const perform = performer(programOf(unpackWorld(packed)));

export default function work(task: Task): Answer {
  return perform(task);
}
