import { fault, type Checked, type Fault } from "../errors.js";
import { parseSloppyAddress } from "../kubernetes/sloppy.js";
import { isMapping } from "../kubernetes/shape.js";
import { jsonFlaw } from "../kubernetes/locate-json.js";
import { faultAt } from "../kubernetes/document.js";
import type { Address } from "../net/ip.js";

/** Reads what `ip -j addr` prints: all addresses of all interfaces, of both families. */
export function readInterfaceAddresses(file: string, text: string): Checked<readonly Address[]> {
  const flaw = jsonFlaw(text);
  if (flaw !== undefined) {
    const span = { start: flaw.at, end: flaw.at + 1 };
    return { value: [], faults: [faultAt("bad-json", flaw.message, file, text, span)] };
  }
  const links: unknown = JSON.parse(text);
  const faults: Fault[] = [];
  const value: Address[] = [];
  if (!Array.isArray(links)) {
    const message = "not a list of interfaces, as `ip -j addr` prints it";
    return { value, faults: [fault("bad-addresses", message, { file })] };
  }
  for (const [index, link] of links.entries()) {
    for (const [at, local] of addressesOf(link).entries()) {
      const address = typeof local === "string" ? parseSloppyAddress(local) : undefined;
      if (address !== undefined) value.push(address);
      else {
        const field = `[${index}].addr_info[${at}].local`;
        faults.push(fault("bad-address", "this is not an IP address", { file, field }));
      }
    }
  }
  return { value, faults };
}

function addressesOf(link: unknown): readonly unknown[] {
  const info: unknown = isMapping(link) ? link["addr_info"] : undefined;
  if (!Array.isArray(info)) return [];
  return info.filter(isMapping).map((entry) => entry["local"]);
}
