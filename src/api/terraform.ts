import { z } from 'zod';
import { duration, objectName } from './common.ts';
import { containerRegistry, dependencies, workspace } from './service.ts';
import { windows } from './window.ts';

const command = z.string().min(1).max(4096);

const scripts = z
  .object({
    deploy: command
      .optional()
      .describe(
        'Makes the infrastructure as the variables say; runs again whenever they, the image or the script change.',
      )
      .meta({ example: 'deploy' }),
    destroy: command
      .optional()
      .describe('Removes it when the object is deleted. Without it nothing is run then, and all stays.')
      .meta({ example: 'destroy -c' }),
    plan: command
      .optional()
      .describe(
        'Prints what `deploy` would change, and changes nothing. Default: `plan`, where `approval: manual` needs one. With the argument `-detailed-exitcode` its exit code counts: 0, nothing would change, so nothing is asked or run; 2, something.',
      )
      .meta({ example: 'plan' }),
    drift: command
      .optional()
      .describe(
        'Compares the infrastructure with the state: exit code 0, equal; 2, it drifted; any other, the check failed. Default: `plan -detailed-exitcode`.',
      )
      .meta({ example: 'plan -detailed-exitcode' }),
    unlock: command
      .optional()
      .describe(
        'Frees the lock of a run that died; `ALUSTAN_LOCK_OWNER` names it. Runs before the next script, only when that run is proven dead, or when a person asks for it (`ALUSTAN_FORCE_UNLOCK`).',
      )
      .meta({ example: 'unlock' }),
  })
  .describe('Scripts of the image: a path and its arguments. A path without `/` is looked for in the working folder.');

const postDeploy = z
  .object({
    script: command.describe('Prints `{"outputs": {…}}` as JSON.').meta({ example: 'aws-resource' }),
    args: z
      .record(z.string(), z.string())
      .optional()
      .describe('Arguments `-key=value`: the key, and the name of the variable whose value it gets.')
      .meta({ example: { workspace: 'TF_VAR_workspace', region: 'TF_VAR_region' } }),
  })
  .describe('Runs after a deploy that succeeded; what it prints comes into `status.postDeployOutput`.');

const outputName = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/);

const publish = z
  .object({
    environment: z
      .string()
      .min(1)
      .max(63)
      .optional()
      .describe('Environment whose cluster Secret gets the outputs. Default: `workspace`.')
      .meta({ example: 'staging' }),
    outputs: z
      .array(
        z.object({
          name: outputName
            .describe('Key in the cluster Secret: Services use it as `${workspace.NAME}`.')
            .meta({ example: 'DB_HOST' }),
          path: z
            .string()
            .min(1)
            .max(1024)
            .describe(
              "Where it stands in `outputs`, as a JSONPath to one value: `.key`, `['a.key']`, `[0]`, `[-1]`; no filters.",
            )
            .meta({ example: '{.externalresources[0].Resource.Endpoint}' }),
          sensitive: z
            .boolean()
            .default(false)
            .describe('True: it goes into the data of the Secret, and is left out of `status.postDeployOutput`.'),
        }),
      )
      .max(100)
      .meta({ listMapKeys: ['name'] })
      .describe('What is published.'),
  })
  .describe(
    'Writes outputs of `postDeploy` into the cluster Secret of an environment, for Services to use. The Secret must name the namespace in its annotation `alustan.io/publishers`.',
  );

/** Fields of Kubernetes' own types, which the API server checks when the Job is made. */
const onWire = z.record(z.string(), z.unknown());

const podTemplate = z
  .object({
    labels: z.record(z.string(), z.string()).optional().describe('Labels of the pod.'),
    annotations: z.record(z.string(), z.string()).optional().describe('Annotations of the pod.'),
    affinity: onWire.optional().describe('As in a pod.'),
    priorityClassName: z.string().max(253).optional().describe('As in a pod.'),
    runtimeClassName: z.string().max(253).optional().describe('As in a pod.'),
    imagePullSecrets: z
      .array(z.object({ name: objectName.describe('Name of the Secret.') }))
      .max(20)
      .optional()
      .describe('As in a pod. The Secret of `containerRegistry` is one of them already.'),
    securityContext: onWire.optional().describe('Of the pod. Default: the seccomp profile of the runtime.'),
    containerSecurityContext: onWire.optional().describe('Of the container. Default: no privilege escalation.'),
    volumes: z.array(onWire).max(50).optional().describe('As in a pod.'),
    volumeMounts: z.array(onWire).max(50).optional().describe('As in a container.'),
  })
  .describe('What the pod of a run has beside what Alustan writes.');

export const terraformSpec = z
  .object({
    workspace: workspace
      .optional()
      .describe('Environment whose cluster Secret fills `${workspace.NAME}` in the variables.')
      .meta({ example: 'staging' }),
    environment: workspace.optional().describe('Another name for `workspace`.').meta({ example: 'staging' }),
    variables: z
      .record(z.string(), z.string())
      .optional()
      .describe(
        'Environment of the scripts, by name as it is: Terraform reads those that begin with `TF_VAR_`. `${workspace.NAME}` is filled from the cluster Secret of the workspace.',
      )
      .meta({ example: { TF_VAR_workspace: 'staging', TF_VAR_region: 'us-east-1' } }),
    scripts: scripts.optional(),
    postDeploy: postDeploy.optional(),
    publish: publish.optional(),
    containerRegistry: containerRegistry
      .extend({
        imageName: containerRegistry.shape.imageName
          .describe('Image with the scripts and Terraform, without a tag.')
          .meta({
            example: 'alustan/infrastructure',
          }),
        semanticVersion: containerRegistry.shape.semanticVersion.meta({ example: '~1.0.0' }),
      })
      .describe(
        'The image that is run: the highest tag that satisfies the constraint. A newer one is deployed by itself.',
      ),
    approval: z
      .enum(['auto', 'manual'])
      .default('auto')
      .describe(
        '`manual`: a plan is made and shown first, and `deploy` waits for its approval, and is to apply that plan.',
      ),
    drift: z
      .enum(['warn', 'correct'])
      .default('warn')
      .describe('What follows when the infrastructure has drifted: it is told, or `deploy` runs again.'),
    driftInterval: duration
      .optional()
      .describe('How often drift is looked for; a duration as Go writes it. Default: never.')
      .meta({ example: '24h' }),
    dependencies: dependencies
      .describe('What must be delivered and healthy before this is deployed; and what cannot be deleted before it.')
      .optional(),
    serviceAccountName: objectName
      .optional()
      .describe(
        'ServiceAccount of this namespace under which the scripts run. Default: `alustan-runner`, unless the installation names another.',
      )
      .meta({ example: 'infrastructure' }),
    env: z
      .array(onWire)
      .max(200)
      .optional()
      .describe('More environment, as in a container; for example from Secrets.')
      .meta({
        example: [{ name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'aws', key: 'id' } } }],
      }),
    envFrom: z
      .array(onWire)
      .max(50)
      .optional()
      .describe('Whole Secrets or ConfigMaps as environment, as in a container.')
      .meta({
        example: [{ secretRef: { name: 'aws' } }],
      }),
    resources: onWire
      .optional()
      .describe('Requests and limits of the container.')
      .meta({
        example: { limits: { memory: '1Gi' } },
      }),
    nodeSelector: z.record(z.string(), z.string()).optional().describe('Nodes that may run it, by label.'),
    tolerations: z.array(onWire).max(50).optional().describe('As in a pod.'),
    podTemplate: podTemplate.optional(),
    suspend: z.boolean().default(false).describe('While true nothing is run; deletion is not held up.'),
    window: windows
      .optional()
      .describe(
        'When deploys may begin by themselves, also those against drift: while one of these is open. Default: always (windows.md).',
      ),
    interval: duration
      .optional()
      .describe(
        'How often newer images are looked for; a duration as Go writes it. Default: `6h`, unless the installation says otherwise (`infraSyncInterval`).',
      )
      .meta({ example: '6h' }),
    timeout: duration
      .optional()
      .describe(
        'How long a script may take, and ten minutes more for its image to be pulled; then it gets SIGTERM, and `gracePeriod` to end. Default: `1h`.',
      )
      .meta({ example: '2h' }),
    gracePeriod: duration
      .optional()
      .describe('How long Terraform gets to end after SIGTERM, to write its state and free its lock. Default: `5m`.')
      .meta({ example: '5m' }),
    retries: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe('How often a failed script is run again, each time after a longer pause. Default: 3.')
      .meta({ example: 3 }),
  })
  .describe('What to provision.')
  .meta({
    rules: [
      {
        rule: '!has(self.workspace) || !has(self.environment) || self.workspace == self.environment',
        message: 'workspace and environment are two names of one field: set one of them',
      },
    ],
  });
