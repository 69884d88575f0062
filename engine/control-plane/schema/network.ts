import { kind } from "./meta.js";
import { condition } from "./pod.js";
import {
  anything,
  bool,
  int32,
  intOrString,
  list,
  listByKey,
  map,
  object,
  setOf,
  string,
} from "./shape.js";

const servicePort = object(
  "ServicePort",
  {
    name: string,
    protocol: string,
    appProtocol: string,
    port: int32,
    targetPort: intOrString,
    nodePort: int32,
  },
  { port: 0 },
);

/** `core/v1 Service`. */
export const service = kind("Service", {
  spec: object("ServiceSpec", {
    ports: listByKey("port", servicePort),
    selector: map(string),
    clusterIP: string,
    clusterIPs: list(string),
    type: string,
    externalIPs: list(string),
    sessionAffinity: string,
    loadBalancerIP: string,
    loadBalancerSourceRanges: list(string),
    externalName: string,
    externalTrafficPolicy: string,
    healthCheckNodePort: int32,
    publishNotReadyAddresses: bool,
    sessionAffinityConfig: object("SessionAffinityConfig", {
      clientIP: object("ClientIPConfig", { timeoutSeconds: int32 }),
    }),
    ipFamilies: list(string),
    ipFamilyPolicy: string,
    allocateLoadBalancerNodePorts: bool,
    loadBalancerClass: string,
    internalTrafficPolicy: string,
    trafficDistribution: string,
  }),
  status: object("ServiceStatus", {
    loadBalancer: object("LoadBalancerStatus", {
      ingress: list(
        object("LoadBalancerIngress", {
          ip: string,
          hostname: string,
          ipMode: string,
          ports: list(anything),
        }),
      ),
    }),
    conditions: listByKey("type", condition),
  }),
});

/** `discovery.k8s.io/v1 EndpointSlice`. */
export const endpointSlice = kind("EndpointSlice", {
  addressType: string,
  endpoints: list(
    object(
      "Endpoint",
      {
        addresses: setOf(string),
        conditions: object("EndpointConditions", { ready: bool, serving: bool, terminating: bool }),
        hostname: string,
        targetRef: object("ObjectReference", {
          kind: string,
          namespace: string,
          name: string,
          uid: string,
          apiVersion: string,
          resourceVersion: string,
          fieldPath: string,
        }),
        deprecatedTopology: map(string),
        nodeName: string,
        zone: string,
        hints: object("EndpointHints", { forZones: list(object("ForZone", { name: string })) }),
      },
      { addresses: [] },
    ),
  ),
  ports: list(
    object("EndpointPort", { name: string, protocol: string, port: int32, appProtocol: string }),
  ),
});
