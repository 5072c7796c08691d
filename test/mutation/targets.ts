/** Sources whose mutants are made, and the tests that are to kill them, as globs. */
export interface Target {
  readonly name: string;
  readonly sources: readonly string[];
  readonly tests: readonly string[];
  /** Slower ones, which only see what survives the others. */
  readonly more?: readonly string[];
}

export const TARGETS: readonly Target[] = [
  { name: 'pki', sources: ['common/pki/*.ts'], tests: ['test/common/pki/*.test.ts'] },
  {
    name: 'rules',
    sources: [
      'common/sync/{deletions,deletion-decision,held-plan,settle-plan,assign-names,plan,names,mapping,normalize,digest}.ts',
      'common/sync/{alterations,ownership}.ts',
      'common/sync/plan-{comparable,document,drafts,merge,names,record,render}.ts',
    ],
    tests: [
      'test/common/sync/{deletions,deletion-bounds,deletion-decision,assign-names,plan,names,mapping,normalize,digest}.test.ts',
      'test/common/sync/{ownership-marks,plan-comparable,plan-parts,plan-record,plan-render}.test.ts',
    ],
    more: ['test/common/sync/{deleting,vanished,plan-sync,renames,ownership,synchronize}.test.ts'],
  },
  {
    name: 'planning',
    sources: [
      'common/sync/{delete-unlisted,vanished,kept,last-good,access-record,credential-sight}.ts',
      'common/sync/{listing,page-reader,conclude,round,synchronize-once}.ts',
      'common/sync/{read-listing,remembered-page,pages-before,settled-before,tally}.ts',
      'common/sync/plan-{sync,door,entries,schema}.ts',
    ],
    tests: ['test/common/sync/*.test.ts'],
  },
  {
    name: 'present',
    sources: [
      'common/sync/{packed,packed-bytes,marks,kept-kind,watched-present,resting-watch,read-present}.ts',
      'common/cluster/{versions,list-pages}.ts',
    ],
    tests: [
      'test/common/sync/{packed,marks,kept-kind,watched-present,watched-faults,resting-watch,read-present}.test.ts',
      'test/common/cluster/{versions,list-pages,large-lists}.test.ts',
    ],
  },
  {
    name: 'pace',
    sources: ['common/sync/{pipeline,write-gate,scene,remove-as-judged,room,weight}.ts'],
    tests: ['test/common/sync/{pipeline,write-gate,scene,remove-as-judged,room}.test.ts'],
    more: ['test/common/sync/{rounds,paging,cluster-faults,deleting,renames,read-listing}.test.ts'],
  },
  {
    name: 'decisions',
    sources: ['sidecar/deletions/*.ts'],
    tests: ['test/sidecar/deletions/*.test.ts'],
  },
  {
    name: 'states',
    sources: [
      'sidecar/connection/{state,journal,disconnected,decide,configuration,renewal-deadline,steps,compass-time,upkeep-pace}.ts',
    ],
    tests: [
      'test/sidecar/connection/{state,journal,journal-format,decide,configuration,renewal-deadline,steps,compass-time,upkeep-pace}.test.ts',
    ],
    more: ['test/sidecar/connection/*.test.ts'],
  },
  {
    name: 'connection',
    sources: [
      'sidecar/connection/!(state|journal|disconnected|decide|configuration|renewal-deadline|steps|compass-time|upkeep-pace).ts',
    ],
    tests: ['test/sidecar/connection/*.test.ts'],
    more: ['test/faults/{cluster,input,compass}/*.test.ts'],
  },
];
