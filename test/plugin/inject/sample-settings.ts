import type { InjectionSettings } from '../../../plugin/inject/settings.ts';

/** A reader as it is without any flag. */
export const SAMPLE_SETTINGS: InjectionSettings = {
  version: '0.1.0',
  mode: 'reader',
  native: false,
  image: 'compass-sidecar:0.1.0',
  secret: { namespace: 'compass-system', name: 'cluster-client-certificates' },
  configuration: { namespace: 'compass-system', name: 'compass-agent-configuration' },
  connection: 'compass-connection',
  integrationNamespace: 'kyma-system',
  folder: '/var/run/compass',
  fileMode: undefined,
  proxyPort: undefined,
  healthPort: undefined,
  notifyUrl: undefined,
  notifySignal: undefined,
  environment: {},
  secretEnvironment: {},
  containers: [],
};
