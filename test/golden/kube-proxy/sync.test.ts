import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  readSteps,
  replaySteps,
  type ReplayedStep,
} from "../../../engine/kube-proxy/sync/replay.js";
import { caseFolder, casesIn, readCase } from "../../support/kube-proxy/cases.js";

const folder = caseFolder("CHAINWALK_STEPS", "steps");
const names = casesIn(folder);

function replay(name: string) {
  const { source, inputs } = readCase(folder, name);
  const steps = readSteps(source("steps.json"));
  return replaySteps(steps.value, inputs, "kube-proxy").value;
}

describe("syncs in kube-proxy's style are kube-proxy's, byte for byte", () => {
  it("has sequences to compare with", () => assert.ok(names.length > 0, `no case in ${folder}`));
  for (const name of names) {
    it(name, () => {
      const { text } = readCase(folder, name);
      const expected: unknown = JSON.parse(text("expected.json"));
      assert.deepEqual(
        replay(name).map((step) => step.text),
        expected,
      );
    });
  }
});

/** What the reference notes of a step; of each address translated from it keeps one endpoint. */
function infoOf({ full, largeCluster, cleaned, conntrack, health }: ReplayedStep) {
  return {
    conntrack: {
      ips: conntrack.addresses,
      nats: Object.fromEntries(
        conntrack.translations.toReversed().map(({ from, endpoint }) => [from, endpoint]),
      ),
      portNats: Object.fromEntries(
        conntrack.nodePortTranslations
          .toReversed()
          .map(({ from, endpoint }) => [String(from), endpoint]),
      ),
      ports: conntrack.nodePorts,
    },
    full,
    healthCheckNodePorts: Object.fromEntries(health.nodePorts),
    largeCluster,
    localReadyEndpoints: Object.fromEntries(health.localReadyEndpoints),
    saveInto: cleaned,
  };
}

describe("what kube-proxy does beside its restores", () => {
  for (const name of names) {
    it(name, () => {
      const { text } = readCase(folder, name);
      const expected: unknown = JSON.parse(text("info.json"));
      assert.deepEqual(replay(name).map(infoOf), expected);
    });
  }
});
