import type { CommandEntry } from './command.ts';

/** Every command, in the order of the help. Each is loaded on use, so that none pays for another's start. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'status',
    arguments: '[NAME]',
    summary: 'how the connection to Compass stands, and what needs you',
    group: 'See',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'connect',
    arguments: '[INVITE]',
    summary: 'connect this cluster to Compass with a one-time token',
    group: 'Connect',
    load: async () => (await import('./commands/connect.ts')).connect,
  },
  {
    name: 'cert check',
    arguments: '[NAME]',
    summary: 'whether the client certificate is good for long enough, as an exit code',
    group: 'Certificates',
    load: async () => (await import('./commands/cert-check.ts')).certCheck,
  },
  {
    name: 'cert renew',
    arguments: '[NAME]',
    summary: 'a new client certificate now, of this cluster or in files',
    group: 'Certificates',
    load: async () => (await import('./commands/cert-renew.ts')).certRenew,
  },
  {
    name: 'cert revoke',
    arguments: '[NAME]',
    summary: 'revoke the client certificate of this cluster, or one in files',
    group: 'Certificates',
    load: async () => (await import('./commands/cert-revoke.ts')).certRevoke,
  },
  {
    name: 'cert issue',
    arguments: '[TOKEN]',
    summary: 'a client certificate for an Application outside the cluster, from a one-time token to files',
    group: 'Certificates',
    load: async () => (await import('./commands/cert-issue.ts')).certIssue,
  },
  {
    name: 'sync',
    aliases: ['reconcile'],
    arguments: '[NAME]',
    summary: 'synchronize the Applications now, and see what came of it',
    group: 'Act',
    load: async () => (await import('./commands/sync.ts')).sync,
  },
  {
    name: 'version',
    arguments: '',
    summary: 'versions of the plugin, the sidecar and the definitions, and whether they fit',
    group: 'Meta',
    load: async () => (await import('./commands/version.ts')).version,
  },
];
