import { Command, InvalidArgumentError } from "commander";
import type { Fault } from "../../engine/errors.js";
import { exitCodeOf, reportFaults } from "./faults.js";
import type { Io } from "./io.js";

/** What every command is given: its surroundings, and where to leave the exit code. */
export interface Context {
  readonly io: Io;
  readonly done: (exitCode: number) => void;
}

export function command(name: string, description: string): Command {
  return new Command(name).description(description);
}

/** Reports the faults and leaves the exit code they call for. */
export function finish(faults: readonly Fault[], { io, done }: Context): void {
  reportFaults(faults, io);
  done(exitCodeOf(faults));
}

/** For an option that takes one of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new InvalidArgumentError(`It is one of ${words.join(", ")}.`);
    return found;
  };
}

/** For an option that takes a whole number from `min` to `max`. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** For an option that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
