import { parseAddress, type Address } from "../../../engine/net/ip.js";
import { parsePort } from "../../../engine/net/port.js";

/** One end of a packet as a user writes it after `--from` or `--to`. */
export type End =
  | { readonly kind: "address"; readonly address: Address; readonly port: number | undefined }
  | {
      readonly kind: "pod";
      readonly namespace: string;
      readonly name: string;
      readonly port: number | undefined;
    }
  | {
      readonly kind: "service";
      readonly namespace: string;
      readonly name: string;
      /** By number or by the service port's name. */
      readonly port: string | undefined;
    }
  | { readonly kind: "node"; readonly name: string; readonly port: number | undefined }
  | { readonly kind: "external"; readonly port: number | undefined };

export const END_FORMS =
  "ADDRESS[:PORT], [IPV6]:PORT, pod/NAMESPACE/NAME[:PORT], svc/NAMESPACE/NAME:PORT, node/NAME[:PORT] or external";

/** The end, or a sentence on what is wrong with the text. A lone name lies in `default`. */
export function parseEnd(text: string): End | string {
  const [kind = "", ...rest] = text.split("/");
  switch (kind) {
    case "pod":
    case "pods":
      return parsePod(rest, text);
    case "svc":
    case "service":
    case "services":
      return parseService(rest, text);
    case "node":
    case "nodes":
      return parseNode(rest, text);
    default:
      return rest.length === 0 ? parsePlain(text) : notAnEnd(text);
  }
}

function parsePod(parts: readonly string[], text: string): End | string {
  const named = namespaced(parts);
  if (named === undefined) return `"${text}" is not pod/NAMESPACE/NAME`;
  const { namespace, last } = named;
  const { name, port } = splitPort(last);
  const number = portOf(port);
  return number === null ? badPort(port) : { kind: "pod", namespace, name, port: number };
}

function parseService(parts: readonly string[], text: string): End | string {
  const named = namespaced(parts);
  if (named === undefined) return `"${text}" is not svc/NAMESPACE/NAME:PORT`;
  const { name, port } = splitPort(named.last);
  return { kind: "service", namespace: named.namespace, name, port };
}

function parseNode(parts: readonly string[], text: string): End | string {
  const [last] = parts;
  if (last === undefined || last === "" || parts.length > 1) return `"${text}" is not node/NAME`;
  const { name, port } = splitPort(last);
  const number = portOf(port);
  return number === null ? badPort(port) : { kind: "node", name, port: number };
}

function parsePlain(text: string): End | string {
  const alone = parseAddress(text);
  if (alone !== undefined) return { kind: "address", address: alone, port: undefined };
  const { name, port } = splitPort(text);
  const number = portOf(port);
  if (number === null) return badPort(port);
  if (name === "external") return { kind: "external", port: number };
  const address = parseAddress(name.replace(/^\[(.*)\]$/, "$1"));
  return address === undefined ? notAnEnd(text) : { kind: "address", address, port: number };
}

function namespaced(
  parts: readonly string[],
): { readonly namespace: string; readonly last: string } | undefined {
  const [first, second] = parts;
  if (first === undefined || first === "" || second === "" || parts.length > 2) return undefined;
  return second === undefined
    ? { namespace: "default", last: first }
    : { namespace: first, last: second };
}

function splitPort(text: string): { readonly name: string; readonly port: string | undefined } {
  const colon = text.lastIndexOf(":");
  return colon < 0
    ? { name: text, port: undefined }
    : { name: text.slice(0, colon), port: text.slice(colon + 1) };
}

/** `null`: there is a port, and it is none. */
function portOf(text: string | undefined): number | undefined | null {
  return text === undefined ? undefined : (parsePort(text) ?? null);
}

function badPort(text: string | undefined): string {
  return `"${text}" is not a port from 0 to 65535`;
}

function notAnEnd(text: string): string {
  return `"${text}" is none of ${END_FORMS}`;
}
