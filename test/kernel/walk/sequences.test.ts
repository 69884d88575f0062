import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { later, type Memory } from "../../../tracer/walk/memory.js";
import { contradictions } from "../../support/kernel/compare.js";
import { replyTo } from "../../support/kernel/conversation.js";
import { Duel } from "../../support/kernel/duel.js";
import type { Observation } from "../../support/kernel/observe.js";
import type { Injection } from "../../support/kernel/packets.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { NODE_TOPOLOGY } from "../../support/kernel/topology.js";
import type { SeenPacket, WirePacket } from "../../support/kernel/wire-format.js";

const CLIENT = "192.168.1.20";
const SERVICE = "10.96.0.10";
const [POD_A, POD_B] = ["10.244.0.5", "10.244.0.6"] as const;

/** A Service as kube-proxy writes it: hairpin and masquerade marks, and affinity where asked for. */
function service(pods: readonly string[], affinitySeconds?: number): string {
  const name = (pod: string): string => `SEP-${pod.replaceAll(".", "-")}`;
  const recent = (pod: string): string => `-m recent --name ${name(pod)}`;
  const sticky =
    affinitySeconds === undefined
      ? []
      : pods.map(
          (pod) =>
            `-A SVC ${recent(pod)} --rcheck --seconds ${affinitySeconds} --reap -j ${name(pod)}`,
        );
  const spread = pods.map((pod, at) =>
    at === pods.length - 1
      ? `-A SVC -j ${name(pod)}`
      : `-A SVC -m statistic --mode random --probability ${(1 / (pods.length - at)).toFixed(10)} -j ${name(pod)}`,
  );
  const set = (pod: string): string =>
    affinitySeconds === undefined ? "" : `${recent(pod)} --set `;
  return [
    "*nat",
    ":SERVICES - [0:0]",
    ":SVC - [0:0]",
    ":MARK-MASQ - [0:0]",
    ...pods.map((pod) => `:${name(pod)} - [0:0]`),
    "-A PREROUTING -j SERVICES",
    "-A OUTPUT -j SERVICES",
    "-A POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
    "-A POSTROUTING -j MARK --xor-mark 0x4000",
    "-A POSTROUTING -j MASQUERADE",
    "-A MARK-MASQ -j MARK --or-mark 0x4000",
    `-A SERVICES -d ${SERVICE}/32 -p udp -m udp --dport 80 -j SVC`,
    ...sticky,
    ...spread,
    ...pods.flatMap((pod) => [
      `-A ${name(pod)} -s ${pod}/32 -j MARK-MASQ`,
      `-A ${name(pod)} -p udp ${set(pod)}-j DNAT --to-destination ${pod}:8080`,
    ]),
    "COMMIT",
    "*filter",
    ":FORWARD DROP [0:0]",
    "-A FORWARD -m conntrack --ctstate INVALID -j DROP",
    "-A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
    "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    "COMMIT",
    "",
  ].join("\n");
}

/** Packets one after another through the kernel and through our walk, which must agree on each. */
class Story {
  readonly #duel: Duel;
  #text = "";
  #memories: readonly Memory[] = [];
  #clock = 0;

  constructor(duel: Duel) {
    this.#duel = duel;
  }

  async begin(text: string): Promise<void> {
    await this.change(text);
    await this.#duel.node.forgetConnections();
    this.#memories = [this.#duel.walked(text).fresh()];
    this.#clock = Date.now();
  }

  /** Other rules, on a node that keeps its connections. */
  async change(text: string): Promise<void> {
    assert.equal(await this.#duel.load(text), true, "the real restore refuses the rules");
    this.#text = text;
  }

  async send(packet: WirePacket, from: Injection["from"]): Promise<Observation> {
    const now = Date.now();
    const memories = this.#memories.map((memory) => later(memory, now - this.#clock));
    this.#clock = now;
    const ours = this.#duel.walked(this.#text);
    const { seen, fits, report } = await this.#duel.exchange(ours, { packet, from }, memories);
    assert.equal(report, undefined);
    this.#memories = fits.map(({ memory }) => memory);
    return seen;
  }
}

function request(source: string, sourcePort: number): WirePacket {
  return { protocol: "udp", source, sourcePort, destination: SERVICE, destinationPort: 80 };
}

function answerTo(packet: SeenPacket | undefined): WirePacket {
  const answer = packet === undefined ? undefined : replyTo(packet, true);
  return answer ?? assert.fail("nothing came out that could be answered");
}

describe("packets of one connection after another", { skip: skipWithoutKernel() }, () => {
  for (const backend of ["legacy", "nft"] as const) {
    describe(backend, () => {
      let duel: Duel;
      before(async () => {
        duel = await Duel.create(NODE_TOPOLOGY, backend, 4);
      });
      after(() => duel.close());

      it("come back from the Service's address when the pod replies", async () => {
        const story = new Story(duel);
        await story.begin(service([POD_A, POD_B]));
        const asked = await story.send(request(CLIENT, 4000), "outside");
        assert.equal(asked.verdict, "forwarded");
        const answered = await story.send(answerTo(asked.packet), "pod");
        assert.equal(answered.ends?.source, SERVICE);
        assert.equal(answered.ends.sourcePort, 80);
        const again = await story.send(request(CLIENT, 4000), "outside");
        assert.equal(again.ends?.destination, asked.ends?.destination);
        assert.deepEqual(
          again.steps.filter(({ table }) => table === "nat"),
          [],
        );
      });

      it("go out masqueraded and back when a pod meets itself through its Service", async () => {
        const story = new Story(duel);
        await story.begin(service([POD_A]));
        const asked = await story.send(request(POD_A, 4001), "pod");
        assert.equal(asked.ends?.source, "10.244.0.1");
        assert.equal(asked.ends.destination, POD_A);
        const answered = await story.send(answerTo(asked.packet), "pod");
        assert.equal(answered.ends?.source, SERVICE);
        assert.equal(answered.ends.destination, POD_A);
      });

      it("keep to one pod within the affinity's time, and are free again after it", async () => {
        const story = new Story(duel);
        await story.begin(service([POD_A, POD_B], 1));
        const first = await story.send(request(CLIENT, 4100), "outside");
        for (let port = 4101; port < 4108; port++) {
          const next = await story.send(request(CLIENT, port), "outside");
          assert.equal(next.ends?.destination, first.ends?.destination);
          assert.equal(
            next.steps.some(({ chain, rule }) => chain === "SVC" && rule > 2),
            false,
          );
        }
        // A stamp counts for its whole second and a tick; both clocks are well past it.
        await sleep(1500);
        const free = await story.send(request(CLIENT, 4120), "outside");
        assert.equal(
          free.steps.some(({ chain, rule }) => chain === "SVC" && rule > 2),
          true,
        );
      });

      it("stay with the pod they began with when the endpoints change under them", async () => {
        const story = new Story(duel);
        await story.begin(service([POD_A]));
        const old = await story.send(request(CLIENT, 4200), "outside");
        assert.equal(old.ends?.destination, POD_A);
        await story.change(service([POD_B]));
        const stale = await story.send(request(CLIENT, 4200), "outside");
        assert.equal(stale.ends?.destination, POD_A);
        const fresh = await story.send(request(CLIENT, 4201), "outside");
        assert.equal(fresh.ends?.destination, POD_B);
      });
    });
  }
});

describe("the judge", { skip: skipWithoutKernel() }, () => {
  it("finds an error that is planted in our side of the rules", async () => {
    const duel = await Duel.create(NODE_TOPOLOGY, "legacy", 4);
    try {
      const right = service([POD_A]);
      const plants: readonly (readonly [from: string, to: string])[] = [
        [":8080", ":8081"],
        [`-d ${SERVICE}/32`, "-d 10.96.0.11/32"],
        ["--ctstate NEW -j ACCEPT", "--ctstate ESTABLISHED -j ACCEPT"],
        ["! --mark 0x4000/0x4000 -j RETURN", "--mark 0x4000/0x4000 -j RETURN"],
      ];
      assert.equal(await duel.load(right), true);
      for (const [from, to] of plants) {
        await duel.node.forgetConnections();
        const seen = await duel.node.send(request(CLIENT, 4300), "outside");
        const agree = (text: string): boolean => {
          const ours = duel.walked(text);
          return ours
            .outcomes(request(CLIENT, 4300), "outside", ours.fresh())
            .some((outcome) => contradictions(outcome, seen).length === 0);
        };
        assert.equal(agree(right), true);
        assert.equal(right.includes(from), true);
        assert.equal(agree(right.replace(from, to)), false, `${to} went unseen`);
      }
    } finally {
      await duel.close();
    }
  });
});
