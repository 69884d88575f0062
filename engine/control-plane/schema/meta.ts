import {
  anything,
  bool,
  int64,
  list,
  listByKey,
  map,
  object,
  setOf,
  string,
  time,
  type Fields,
  type Shape,
} from "./shape.js";

const ownerReference = object("OwnerReference", {
  apiVersion: string,
  kind: string,
  name: string,
  uid: string,
  controller: bool,
  blockOwnerDeletion: bool,
});

const metaFields: Fields = {
  name: string,
  generateName: string,
  namespace: string,
  selfLink: string,
  uid: string,
  resourceVersion: string,
  generation: int64,
  creationTimestamp: time,
  deletionTimestamp: time,
  deletionGracePeriodSeconds: int64,
  labels: map(string),
  annotations: map(string),
  ownerReferences: listByKey("uid", ownerReference),
  finalizers: setOf(string),
  managedFields: list(anything),
};

/** `meta/v1 ObjectMeta`. */
export const objectMeta = object("ObjectMeta", metaFields, { name: "", namespace: "" });

/** The metadata of a template, which names nothing. */
export const templateMeta = object("ObjectMeta", metaFields);

/** `meta/v1 LabelSelector`. */
export const labelSelector = object("LabelSelector", {
  matchLabels: map(string),
  matchExpressions: list(
    object("LabelSelectorRequirement", { key: string, operator: string, values: list(string) }),
  ),
});

/** A whole object of a kind: its own fields beside those that every object has. */
export function kind(goType: string, fields: Fields): Shape {
  const zero = { metadata: {}, ...(fields["spec"] === undefined ? {} : { spec: {} }) };
  return object(
    goType,
    { apiVersion: string, kind: string, metadata: objectMeta, ...fields },
    zero,
  );
}
