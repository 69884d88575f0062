import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { protocolName } from "../../../engine/net/protocol.js";
import { servicePort } from "../../../engine/net/service-names.js";
import { BACKENDS, loadAndSave, tablesOf, whyNot } from "./real-tools.js";

const skip = whyNot();
const SERVICES = "/etc/services";

function savedRules(backend: (typeof BACKENDS)[number], rules: readonly string[]) {
  const text = `*filter\n${rules.map((rule) => `-A INPUT ${rule}\n`).join("")}COMMIT\n`;
  const outcome = loadAndSave({ family: 4, backend, text, sets: [] });
  assert.ok(outcome.accepted, outcome.accepted ? "" : outcome.message);
  return tablesOf(outcome.saved)
    .get("filter")
    ?.filter((line) => line.startsWith("-A "));
}

describe("names are those of the real tools", { skip }, () => {
  for (const backend of BACKENDS) {
    it(`of all 255 protocols, as ${backend} saves them`, () => {
      const numbers = Array.from({ length: 255 }, (_, index) => index + 1);
      assert.deepEqual(
        savedRules(
          backend,
          numbers.map((number) => `-p ${number}`),
        ),
        numbers.map((number) => `-A INPUT -p ${protocolName(number)}`),
      );
    });
  }

  const noServices = existsSync(SERVICES) ? false : `${SERVICES} is not there`;
  it("of all services of this host, by protocol", { skip: noServices }, () => {
    for (const protocol of ["tcp", "udp", "sctp"] as const) {
      const names = namesOf(protocol);
      assert.ok(names.length > 0);
      const ports = names.map((name) => servicePort(name, protocol));
      assert.deepEqual(
        savedRules(
          "nft",
          names.map((name) => `-p ${protocol} -m ${protocol} --dport ${name}`),
        ),
        ports.map((port) => `-A INPUT -p ${protocol} -m ${protocol} --dport ${port}`),
      );
    }
  });
});

/** Names and aliases in `/etc/services`. */
function namesOf(protocol: string): readonly string[] {
  return readFileSync(SERVICES, "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim().split(/\s+/))
    .filter(([, port = ""]) => port.endsWith(`/${protocol}`))
    .flatMap(([name = "", , ...aliases]) => aliases.concat(name));
}
