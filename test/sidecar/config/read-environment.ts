import assert from 'node:assert/strict';
import { CompassError } from '#common/errors.ts';
import type { RunningNode } from '../../../sidecar/config/running-node.ts';
import type { Environment } from '../../../sidecar/config/settings.ts';
import { type Config, readConfig } from '../../../sidecar/config.ts';

export const SAFE_NODE: RunningNode = {
  execArgv: ['--max-old-space-size=64', '--disable-sigusr1'],
  args: [],
  inspectorUrl: () => undefined,
  writesReports: () => false,
};

export const NOWHERE = { namespaceFile: '/nonexistent/namespace', hostname: 'a-machine' };

export function read(env: Environment): { config: Config; warnings: readonly string[] } {
  return readConfig(env, NOWHERE);
}

export function refusal(env: Environment): string {
  try {
    read(env);
  } catch (error) {
    assert.ok(error instanceof CompassError);
    assert.equal(error.reason, 'InvalidSetting');
    return error.message;
  }
  return assert.fail(`accepted: ${JSON.stringify(env)}`);
}
