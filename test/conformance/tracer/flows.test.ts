import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { completeRuleset } from "../../../engine/kube-proxy/complete.js";
import { compile } from "../../../engine/kube-proxy/compile.js";
import { readProxyInputs, settingsFor } from "../../../engine/kube-proxy/from-flags.js";
import { readSteps, replaySteps } from "../../../engine/kube-proxy/sync/replay.js";
import { applyRestore } from "../../../engine/iptables/apply.js";
import { parseRestore } from "../../../engine/iptables/parse.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import { readObjects } from "../../../engine/kubernetes/read.js";
import { formatAddress, type Family } from "../../../engine/net/ip.js";
import { protocolNumber } from "../../../engine/net/protocol.js";
import { readHost } from "../../../tracer/host/read-host.js";
import { given, type HostState } from "../../../tracer/host/types.js";
import { formatFraction, fractionToNumber } from "../../../tracer/odds/fraction.js";
import { totalOdds } from "../../../tracer/odds/group.js";
import { isUnknown } from "../../../tracer/packet/field.js";
import { makePacket } from "../../../tracer/packet/make.js";
import type { Packet } from "../../../tracer/packet/types.js";
import { linkRules } from "../../../tracer/walk/link.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import type { Outcome } from "../../../tracer/walk/walk.js";
import { makeWorld } from "../../../tracer/walk/world.js";
import { EVALUATORS } from "../../support/evaluators.js";
import { casesIn, readCase } from "../../support/kube-proxy/cases.js";
import { SHARED, skipWithout } from "../../support/root.js";
import { address, host, route, via } from "../../support/walk.js";

for (const { by, enumerate } of EVALUATORS) {
  const FLOWS = join(SHARED, "kube-proxy", "flows");
  const EXPECTED_FLOWS = 252;
  const skip = skipWithout(FLOWS);

  interface Flow {
    readonly name: string;
    readonly sourceIP: string;
    readonly protocol: string;
    readonly destIP: string;
    readonly destPort: number;
    /** Endpoints, or ACCEPT, DROP, REJECT, or nothing. */
    readonly output: string;
    readonly masq: boolean;
  }

  interface FlowFile {
    readonly nodeIPs: readonly string[];
    readonly flowsAfterStep: readonly (readonly Flow[])[];
  }

  /**
   * What the real iptables-restore refuses of kube-proxy's text: an endpoint's address with leading
   * zeros, written as it stands.
   */
  const REFUSED_BY_IPTABLES: Readonly<Record<string, readonly string[]>> = {
    "040-TestBadIPs-bad-ips": ["bad-value"],
  };

  describe(`packets go where kube-proxy's own tests say, by ${by}`, { skip }, () => {
    let tried = 0;
    for (const name of skip === false
      ? casesIn(FLOWS).filter((file) => file !== "README.md")
      : []) {
      it(name, () => {
        const { flowsAfterStep, nodeIPs } = readFlows(name);
        const { rulesets, node } = clusterOf(name);
        assert.ok(rulesets.length >= flowsAfterStep.length);
        for (const [step, flows] of flowsAfterStep.entries()) {
          for (const flow of flows) {
            checkFlow(flow, rulesets[step], node, nodeIPs);
            tried++;
          }
        }
      });
    }

    it(`all ${EXPECTED_FLOWS} were tried`, () => assert.equal(tried, EXPECTED_FLOWS));
  });

  function readFlows(name: string): FlowFile {
    const file: FlowFile = JSON.parse(readCase(FLOWS, name).text("flows.json"));
    return file;
  }

  /** The rules after each step, every sync applied to what was there before, and the node. */
  function clusterOf(name: string): {
    readonly rulesets: readonly Ruleset[];
    readonly node: HostState;
  } {
    const { text, source, inputs } = readCase(FLOWS, name);
    const setup = readProxyInputs(inputs).value;
    const nothing = readObjects([]).value;
    const settings = settingsFor(setup, nothing).value;
    let ruleset = completeRuleset(compile(nothing, settings).value);
    const steps = replaySteps(readSteps(source("steps.json")).value, inputs, "kube-proxy").value;
    const family = inputs.family ?? 4;
    const rulesets = steps.map((step) => {
      const restore = parseRestore(step.text, { family });
      assert.deepEqual(
        restore.faults.map(({ code }) => code),
        REFUSED_BY_IPTABLES[name] ?? [],
      );
      ruleset = applyRestore(ruleset, restore.value, { noflush: true }).value;
      return ruleset;
    });
    return { rulesets, node: nodeOf(text("addresses.json"), settings.localhostNodePorts) };
  }

  /** Pods behind `eth0`, all else behind its gateway; kube-proxy sets `route_localnet` where it needs it. */
  function nodeOf(addresses: string, localhostNodePorts: boolean): HostState {
    const base = host({ devices: [], routes: [] });
    const read = readHost({ addresses: { file: "addresses.json", text: addresses } }, base);
    assert.deepEqual(read.faults, []);
    const routes = [
      ...read.value.routes.value,
      route("0.0.0.0/0", "eth0", via("192.168.0.1", "eth0")),
      route("::/0", "eth0", via("2001:db8::fe", "eth0")),
    ];
    const sysctls = new Map(base.sysctls).set(
      "net.ipv4.conf.all.route_localnet",
      given(localhostNodePorts ? 1 : 0),
    );
    return { ...read.value, routes: given(routes), sysctls };
  }

  function checkFlow(
    flow: Flow,
    ruleset: Ruleset | undefined,
    node: HostState,
    nodeIPs: readonly string[],
  ): void {
    assert.ok(ruleset !== undefined);
    const world = makeWorld({ rules: [linkRules(ruleset)], host: node });
    const outcomes = enumerate(world, memoryOf(node), packetOf(flow, nodeIPs));
    assert.equal(formatFraction(totalOdds(outcomes)), "1", flow.name);
    const found = [...new Set(outcomes.map(endOf))].sort();
    assert.deepEqual(found, expectedEnds(flow), `${flow.name}: ${describeFlow(flow)}`);
    for (const end of found) {
      const odds = fractionToNumber(
        totalOdds(outcomes.filter((outcome) => endOf(outcome) === end)),
      );
      assert.ok(Math.abs(odds - 1 / found.length) < 1e-8, `${flow.name}: ${odds} to ${end}`);
    }
    for (const outcome of outcomes) {
      assert.equal(isMasqueraded(outcome), flow.masq, `masquerading of ${flow.name}`);
    }
  }

  /** The node sends from its own addresses; everyone else's packets come in by `eth0`. */
  function packetOf(flow: Flow, nodeIPs: readonly string[]): Packet {
    const own = nodeIPs.includes(flow.sourceIP) || ["127.0.0.1", "::1"].includes(flow.sourceIP);
    return makePacket({
      protocol: protocolNumber(flow.protocol) ?? 0,
      source: address(flow.sourceIP),
      destination: address(flow.destIP),
      sourcePort: 40000,
      destinationPort: flow.destPort,
      inInterface: own ? undefined : "eth0",
    });
  }

  function expectedEnds({ output }: Flow): readonly string[] {
    if (output === "") return ["untranslated"];
    return output
      .split(", ")
      .map((end) => end.toLowerCase())
      .sort();
  }

  function endOf({ path }: Outcome): string {
    const { verdict, first, last, steps } = path;
    if (verdict === "rejected") return "reject";
    if (verdict === "dropped" && steps.at(-1)?.target === "DROP") return "drop";
    if (first.destination !== last.destination || first.destinationPort !== last.destinationPort) {
      const port = last.destinationPort;
      const text = formatAddress(last.destination);
      const family: Family = last.family;
      return `${family === 6 ? `[${text}]` : text}:${isUnknown(port) ? "?" : String(port)}`;
    }
    const accepted = steps.some(({ table, target }) => table === "filter" && target === "ACCEPT");
    return accepted ? "accept" : "untranslated";
  }

  /** The node's own packets may keep their source although they are masqueraded. */
  function isMasqueraded({ path: { steps } }: Outcome): boolean {
    return steps.some(({ target }) => target === "MASQUERADE");
  }

  function describeFlow({ protocol, sourceIP, destIP, destPort }: Flow): string {
    return `${protocol} ${sourceIP} to ${destIP} port ${destPort}`;
  }
}
