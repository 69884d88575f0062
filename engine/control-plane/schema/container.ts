import {
  anything,
  bool,
  int32,
  int64,
  intOrString,
  list,
  listByKey,
  map,
  object,
  quantity,
  string,
  type Fields,
} from "./shape.js";

const execAction = object("ExecAction", { command: list(string) });
const httpGetAction = object("HTTPGetAction", {
  path: string,
  port: intOrString,
  host: string,
  scheme: string,
  httpHeaders: list(object("HTTPHeader", { name: string, value: string })),
});
const tcpSocketAction = object("TCPSocketAction", { port: intOrString, host: string });

const probe = object("Probe", {
  exec: execAction,
  httpGet: httpGetAction,
  tcpSocket: tcpSocketAction,
  grpc: object("GRPCAction", { port: int32, service: string }),
  initialDelaySeconds: int32,
  timeoutSeconds: int32,
  periodSeconds: int32,
  successThreshold: int32,
  failureThreshold: int32,
  terminationGracePeriodSeconds: int64,
});

const lifecycleHandler = object("LifecycleHandler", {
  exec: execAction,
  httpGet: httpGetAction,
  tcpSocket: tcpSocketAction,
  sleep: object("SleepAction", { seconds: int64 }),
});

/** `core/v1 ResourceRequirements`. */
export const resources = object("ResourceRequirements", {
  limits: map(quantity),
  requests: map(quantity),
  claims: listByKey("name", object("ResourceClaim", { name: string })),
});

const containerFields: Fields = {
  name: string,
  image: string,
  command: list(string),
  args: list(string),
  workingDir: string,
  ports: listByKey(
    "containerPort",
    object(
      "ContainerPort",
      {
        name: string,
        hostPort: int32,
        containerPort: int32,
        protocol: string,
        hostIP: string,
      },
      { containerPort: 0 },
    ),
  ),
  envFrom: list(anything),
  env: listByKey(
    "name",
    object("EnvVar", { name: string, value: string, valueFrom: anything }, { name: "" }),
  ),
  resources,
  resizePolicy: list(anything),
  restartPolicy: string,
  volumeMounts: listByKey(
    "mountPath",
    object("VolumeMount", {
      name: string,
      readOnly: bool,
      recursiveReadOnly: string,
      mountPath: string,
      subPath: string,
      mountPropagation: string,
      subPathExpr: string,
    }),
  ),
  volumeDevices: listByKey(
    "devicePath",
    object("VolumeDevice", { name: string, devicePath: string }),
  ),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: object("Lifecycle", { postStart: lifecycleHandler, preStop: lifecycleHandler }),
  terminationMessagePath: string,
  terminationMessagePolicy: string,
  imagePullPolicy: string,
  securityContext: anything,
  stdin: bool,
  stdinOnce: bool,
  tty: bool,
};

/** `core/v1 Container`. */
export const container = object("Container", containerFields, { name: "" });

/** `core/v1 EphemeralContainer`. */
export const ephemeralContainer = object("EphemeralContainer", {
  ...containerFields,
  targetContainerName: string,
});
