/** An endpoint that a slice lists for a Service, and whether it counts. */
export interface ExplainedEndpoint {
  /** `address:port`; just the address where the port is not known. */
  readonly text: string;
  /** Name of the slice that lists it. */
  readonly slice: string;
  readonly node: string | undefined;
  readonly zone: string | undefined;
  /** `namespace/name`. */
  readonly pod: string | undefined;
  /** On the node that the rules are for. */
  readonly local: boolean;
  readonly counts: boolean;
  /** What it is used for, or why it is not used. */
  readonly why: string;
}

/** A chain that a Service port got. */
export interface ExplainedChain {
  readonly name: string;
  readonly purpose: string;
  readonly rules: number;
}

/** Who connects. */
export type Client = "Pod" | "node" | "outside";

/** What a client meets at one of the Service's addresses. */
export interface Encounter {
  readonly client: Client;
  /** `cluster IP 10.0.0.1:80`, `node port 30080`. */
  readonly destination: string;
  readonly outcome: "endpoints" | "rejected" | "dropped" | "untranslated";
  /** Equally likely; empty unless the outcome is `endpoints`. */
  readonly endpoints: readonly string[];
  /** Whether the endpoint sees the node's address instead of the client's. */
  readonly masqueraded: boolean;
  readonly why: string;
}

/** What the proxy believes of one Service port. */
export interface ExplainedPort {
  /** `namespace/name:port`. */
  readonly label: string;
  readonly protocol: string;
  readonly port: number;
  readonly nodePort: number;
  readonly clusterIP: string;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  readonly sourceRanges: readonly string[];
  readonly internalPolicy: "Cluster" | "Local";
  readonly externalPolicy: "Cluster" | "Local";
  /** `undefined`: none. */
  readonly affinitySeconds: number | undefined;
  /** Why zone hints are not followed; `undefined`: they are. */
  readonly noTopology: string | undefined;
  readonly endpoints: readonly ExplainedEndpoint[];
  readonly chains: readonly ExplainedChain[];
  readonly encounters: readonly Encounter[];
}

/** What the proxy of one node makes of one Service. */
export interface ServiceExplanation {
  /** `namespace/name`. */
  readonly service: string;
  /** Why it gets no rules; `undefined`: it does. */
  readonly skipped: string | undefined;
  readonly ports: readonly ExplainedPort[];
  /** Slices that look like the Service's and do not count, and why. */
  readonly ignoredSlices: readonly { readonly slice: string; readonly why: string }[];
}
