import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { DEPLOY_FOLDER } from './render.ts';

/** How the container runs the sidecar: Node's flags, and the variables of the environment that are the same everywhere. */
export interface ContainerRun {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly command: readonly string[];
          readonly env: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}

/** `node FLAGS… /app/main.js`, and what has a value of its own, of sidecar/deploy/deployment.yaml. */
export async function containerRun(): Promise<ContainerRun> {
  const deployment = load(await readFile(join(DEPLOY_FOLDER, 'deployment.yaml'), 'utf8')) as Deployment;
  const [container] = deployment.spec.template.spec.containers;
  const { command = [], env = [] } = container ?? {};
  const values = env.flatMap(({ name, value }) =>
    value === undefined || name.startsWith('APP_') ? [] : [[name, value]],
  );
  return { flags: command.slice(1, -1), env: Object.fromEntries(values) };
}
