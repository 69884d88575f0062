/** Holds each text that it is sent to its promises, and answers with what went wrong, if anything. */
import { AssertionError } from "node:assert";
import { holdsOfAnyText } from "../support/fuzz.js";
import type { Trouble } from "./reader.js";

process.on("message", (text: unknown) => {
  process.send?.({ ...troubleWith(String(text)) });
});
process.send?.("ready");

function troubleWith(text: string): Trouble | undefined {
  try {
    holdsOfAnyText(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // A broken promise is told by the place that saw it, a crash by the place where it happened.
    const place = /\n {4}at (\S+)/.exec(message.slice(message.indexOf("\n    at")))?.[1] ?? "";
    const isPromise = error instanceof AssertionError;
    return { kind: `${isPromise ? "promise" : "crash"} ${place}`, message };
  }
}
