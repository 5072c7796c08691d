/** Sources whose mutants are made, and the tests that are to kill them, as globs. */
export interface Target {
  readonly name: string;
  readonly sources: readonly string[];
  readonly tests: readonly string[];
}

export const TARGETS: readonly Target[] = [
  { name: 'pki', sources: ['common/pki/*.ts'], tests: ['test/common/pki/*.test.ts'] },
  {
    name: 'planning',
    sources: [
      'common/sync/{deletions,deletion-decision,held-plan,settle-plan,delete-unlisted,vanished,plan,kept}.ts',
      'common/sync/plan-{sync,comparable,document,door,drafts,entries,merge,names,record,render,schema}.ts',
      'common/sync/{assign-names,names,mapping,normalize,digest,ownership,alterations,credential-sight}.ts',
    ],
    tests: ['test/common/sync/*.test.ts'],
  },
  {
    name: 'connection',
    sources: ['sidecar/connection/*.ts'],
    tests: ['test/sidecar/connection/*.test.ts', 'test/faults/{cluster,input,compass}/*.test.ts'],
  },
];
