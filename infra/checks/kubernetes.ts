// Kubernetes objects by the API's own schemas, as npm has them: types, required fields, and fields that the API does not know.
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { z } from 'zod';

const MODELS = {
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  ScaledObject,
  Secret,
  Service,
  StatefulSet,
} as const;

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.enum(Object.keys(MODELS)),
  metadata: z.looseObject({ name: z.string() }),
});
export type KubernetesObject = z.infer<typeof objectSchema>;

interface Validated {
  /** @throws where the schema is not met */
  validate(): void;
}

/**
 * The object, checked. The schemas let unknown fields pass, as the API does with a warning; here they are errors: what the
 * schema's validator does not look at, it does not know.
 * @throws Error that names what is wrong
 */
export function readKubernetesObject(document: unknown): KubernetesObject {
  const object = objectSchema.parse(document);
  const model = Object.entries(MODELS).find(([kind]) => kind === object.kind)?.[1];
  if (model === undefined) throw new Error(`No schema for ${object.kind}`);
  const unread = new Set<string>();
  // Not by the constructor, which would copy, and so read, every field.
  const validated: Validated = Reflect.construct(model, []);
  Object.defineProperties(validated, Object.getOwnPropertyDescriptors(watched(object, '', unread)));
  validated.validate();
  if (unread.size > 0) throw new Error(`${object.kind} ${object.metadata.name}: unknown ${[...unread].join(', ')}`);
  return object;
}

/** The value; the paths of all fields in it are in `unread` until somebody reads them. */
function watched(value: unknown, path: string, unread: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const copy = Array.isArray(value) ? [] : {};
  for (const [key, inner] of Object.entries(value)) {
    const place = `${path}/${key}`;
    const watchedInner = watched(inner, place, unread);
    unread.add(place);
    Object.defineProperty(copy, key, {
      enumerable: true,
      configurable: true,
      get() {
        unread.delete(place);
        return watchedInner;
      },
    });
  }
  return copy;
}
