// The manifests: known to the API's schemas, bound to each other and to the services' settings, and hardened.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pathOf, readYaml, readYamlDocuments } from './files.ts';
import { type KubernetesObject, readKubernetesObject } from './kubernetes.ts';
import { SETTINGS } from './settings.ts';

const FOLDER = 'infra/kubernetes';
const FOLDERS = ['base', 'ingress', 'keda'];
const kustomizationSchema = z.looseObject({
  kind: z.enum(['Kustomization', 'Component']),
  resources: z.array(z.string()),
});
const files = (folder: string) =>
  readdirSync(pathOf(`${FOLDER}/${folder}`)).filter((name) => name !== 'kustomization.yaml');
const paths = [...FOLDERS.flatMap((folder) => files(folder).map((name) => `${folder}/${name}`)), 'secret.example.yaml'];
const objects = paths.flatMap((path) =>
  readYamlDocuments(`${FOLDER}/${path}`).map((document) => [path, document] as const),
);

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal('internal') }) });
const workloadSchema = z.object({
  kind: z.enum(['Deployment', 'StatefulSet']),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        terminationGracePeriodSeconds: z.number().min(30),
        enableServiceLinks: z.literal(false),
        automountServiceAccountToken: z.literal(false),
        securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number().min(1) }),
        topologySpreadConstraints: z.array(z.unknown()).min(1),
        containers: z.tuple([
          z.object({
            args: z.tuple([z.enum(['intake', 'consumer', 'api'])]),
            env: z.array(z.object({ name: z.string() })),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            startupProbe: probe,
            livenessProbe: probe,
            readinessProbe: probe,
            lifecycle: z.object({ preStop: z.unknown() }),
            resources: z.object({ limits: z.object({ memory: z.string() }) }),
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
            }),
          }),
        ]),
      }),
    }),
  }),
});
const workloads = objects.flatMap(([, document]) => workloadSchema.safeParse(document).data ?? []);
const all: readonly KubernetesObject[] = objects.map(([, document]) => readKubernetesObject(document));

it.each(objects)('%s holds an object that the API knows', (_, document) => {
  expect(() => readKubernetesObject(document)).not.toThrow();
});

it('what the API does not know is told', () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } };
  const bad = [{ ports: [{ port: 'x' }] }, { port: [{ port: 1 }] }, { ports: [{ port: 1, targetport: 2 }] }];
  for (const spec of bad) expect(() => readKubernetesObject({ ...service, spec })).toThrow();
  expect(() => readKubernetesObject({ ...service, spec: { ports: [{ port: 1, targetPort: 'x' }] } })).not.toThrow();
});

it.each(FOLDERS)('the kustomization of %s names the files that are there', (folder) => {
  const { resources } = kustomizationSchema.parse(readYaml(`${FOLDER}/${folder}/kustomization.yaml`));
  expect(resources.toSorted()).toEqual(files(folder).toSorted());
});

it('there is a hardened workload for each service', () => {
  expect(workloads.map(({ metadata }) => metadata.name).toSorted()).toEqual([
    'sazabi-api',
    'sazabi-consumer',
    'sazabi-intake',
  ]);
});

describe.each(workloads.map((workload) => [workload.metadata.name, workload] as const))('%s', (name, { spec }) => {
  const [container] = spec.template.spec.containers;
  const [service] = container.args;

  it('is set by variables that it reads', () => {
    for (const variable of container.env) expect(SETTINGS[service]).toContain(variable.name);
  });

  it('is selected by its own labels', () => {
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  });

  it('has a disruption budget and a network policy', () => {
    const kinds = all.filter(({ metadata }) => metadata.name === name).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['PodDisruptionBudget', 'NetworkPolicy']));
  });
});

it('the shared settings are settings', () => {
  const known = new Set([...SETTINGS.intake, ...SETTINGS.consumer, ...SETTINGS.api]);
  const dataSchema = z.object({ data: z.record(z.string(), z.string()) });
  for (const object of all.filter(({ kind }) => kind === 'ConfigMap'))
    for (const variable of Object.keys(dataSchema.parse(object).data)) expect(known).toContain(variable);
});
