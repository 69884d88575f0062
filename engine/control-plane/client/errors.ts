import { fault, type Fault } from "../../errors.js";
import type { Status } from "../api/status.js";

/**
 * A failure as kubectl words it. `doing` is what it was at, as in `error when creating "web.yaml"`.
 */
export function statusMessage(status: Status, doing = ""): string {
  const { reason, message, details } = status;
  if (reason === "Invalid") {
    const causes = (details.causes ?? []).map((cause) => `${cause.field}: ${cause.message}`);
    const list = causes.length === 1 ? causes.join("") : causes.map((one) => `\n* ${one}`).join("");
    return `The ${details.kind ?? ""} "${details.name ?? ""}" is invalid: ${list}`;
  }
  return `Error from server (${reason}): ${doing === "" ? "" : `${doing}: `}${message}`;
}

/** The same as data, with the API server's own reason as its code. */
export function statusFault(status: Status, at: { readonly file?: string }, doing = ""): Fault {
  const code = status.reason.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
  return fault(code, statusMessage(status, doing), at);
}
