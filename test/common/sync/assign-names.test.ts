import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assignNames, isLeftover, type Named } from '#common/sync/assign-names.ts';
import type { Ownership } from '#common/sync/ownership.ts';
import { Present } from '#common/sync/present.ts';
import { presentApplication } from './samples.ts';

const CONNECTION = 'compass-connection';

function presentOf(records: readonly (readonly [name: string, id: string | undefined, ownership?: Ownership])[]) {
  const present = new Present();
  for (const [name, id, ownership] of records) present.putApplication(presentApplication(name, id, ownership));
  return present;
}

/** Who wants which name, given as `id: name`, and what is present, `name: id`. */
function assign(listed: Record<string, string>, records: Parameters<typeof presentOf>[0], connectionName = CONNECTION) {
  const present = presentOf(records);
  const heads = new Map(Object.entries(listed));
  const wanting = Object.entries(listed)
    .map(([id, name]): Named => ({ id, name }))
    .filter(({ id, name }) => present.application(name)?.id !== id);
  const { granted, refused } = assignNames(wanting, { present, heads, connectionName });
  return { granted: granted.map(({ id }) => id), refused: [...refused].map(([id, { reason }]) => [id, reason]) };
}

const CASES: readonly (readonly [
  what: string,
  result: () => ReturnType<typeof assign>,
  expected: ReturnType<typeof assign>,
])[] = [
  ['a free name is granted', () => assign({ i1: 'b' }, [['a', 'i1']]), { granted: ['i1'], refused: [] }],
  [
    'a swap is granted to both',
    () =>
      assign({ i1: 'b', i2: 'a' }, [
        ['a', 'i1'],
        ['b', 'i2'],
      ]),
    { granted: ['i2', 'i1'], refused: [] },
  ],
  [
    'in a chain whoever leaves comes first',
    () =>
      assign({ i1: 'b', i2: 'c' }, [
        ['a', 'i1'],
        ['b', 'i2'],
      ]),
    { granted: ['i2', 'i1'], refused: [] },
  ],
  [
    'the one present keeps its name',
    () =>
      assign({ i1: 'b', i2: 'b' }, [
        ['a', 'i1'],
        ['b', 'i2'],
      ]),
    { granted: [], refused: [['i1', 'NameConflict']] },
  ],
  [
    'of two renamed to one name the smaller id gets it',
    () =>
      assign({ i1: 'c', i2: 'c' }, [
        ['a', 'i1'],
        ['b', 'i2'],
      ]),
    { granted: ['i1'], refused: [['i2', 'NameConflict']] },
  ],
  [
    'the name of one that is no longer listed is granted',
    () => assign({ i1: 'b' }, [['b', 'i2']]),
    { granted: ['i1'], refused: [] },
  ],
  [
    'a foreign Application keeps its name',
    () =>
      assign({ i1: 'b' }, [
        ['a', 'i1'],
        ['b', 'i2', 'foreign'],
      ]),
    { granted: [], refused: [['i1', 'ForeignObject']] },
  ],
  [
    'a chain ends at a foreign Application',
    () =>
      assign({ i1: 'b', i2: 'c' }, [
        ['a', 'i1'],
        ['b', 'i2'],
        ['c', undefined, 'foreign'],
      ]),
    {
      granted: [],
      refused: [
        ['i2', 'ForeignObject'],
        ['i1', 'NameConflict'],
      ],
    },
  ],
  [
    'an unmarked, unlisted one gives way to compass-connection',
    () => assign({ i1: 'b' }, [['b', 'i2', 'unmarked']]),
    { granted: ['i1'], refused: [] },
  ],
  [
    'and to no other connection',
    () => assign({ i1: 'b' }, [['b', 'i2', 'unmarked']], 'second'),
    { granted: [], refused: [['i1', 'ForeignObject']] },
  ],
  [
    'what a rename left behind gives way',
    () =>
      assign({ i1: 'b', i2: 'a' }, [
        ['a', 'i1'],
        ['b', 'i1'],
      ]),
    { granted: ['i2'], refused: [] },
  ],
  [
    'the smaller id comes first, in whatever order they are asked for',
    () => {
      const listed = ['i3', 'i1', 'i2'].map((id): Named => ({ id, name: 'c' }));
      const { granted, refused } = assignNames(listed, {
        present: new Present(),
        heads: new Map(),
        connectionName: CONNECTION,
      });
      return { granted: granted.map(({ id }) => id), refused: [...refused].map(([id, { reason }]) => [id, reason]) };
    },
    {
      granted: ['i1'],
      refused: [
        ['i2', 'NameConflict'],
        ['i3', 'NameConflict'],
      ],
    },
  ],
  [
    'a circle of three is granted to all',
    () =>
      assign({ i1: 'b', i2: 'c', i3: 'a' }, [
        ['a', 'i1'],
        ['b', 'i2'],
        ['c', 'i3'],
      ]),
    { granted: ['i3', 'i2', 'i1'], refused: [] },
  ],
  [
    'an Application without an id that is ours gives way, one of somebody else does not',
    () =>
      assign({ i1: 'a', i2: 'b' }, [
        ['a', undefined, 'ours'],
        ['b', undefined, 'foreign'],
      ]),
    { granted: ['i1'], refused: [['i2', 'ForeignObject']] },
  ],
  [
    'a foreign Application keeps its name, even where its id is listed and goes elsewhere',
    () =>
      assign({ i1: 'b', i2: 'c' }, [
        ['a', 'i1'],
        ['b', 'i2', 'foreign'],
      ]),
    { granted: ['i2'], refused: [['i1', 'ForeignObject']] },
  ],
  [
    'what a rename left behind stays where its new name is not ours',
    () =>
      assign({ i1: 'b', i2: 'a' }, [
        ['a', 'i1'],
        ['b', 'i1', 'foreign'],
      ]),
    { granted: [], refused: [['i2', 'NameConflict']] },
  ],
];

for (const [what, result, expected] of CASES) test(what, () => assert.deepEqual(result(), expected));

test('only what is ours, has an id, and is there under its new name is what a rename left behind', () => {
  const heads = new Map([['i1', 'b']]);
  const isLeft = (records: Parameters<typeof presentOf>[0]) => {
    const present = presentOf(records);
    const one = present.application('a');
    return one !== undefined && isLeftover(one, { present, heads, connectionName: CONNECTION });
  };
  const renamed = ['b', 'i1'] as const;
  assert.equal(isLeft([['a', 'i1'], renamed]), true);
  assert.equal(isLeft([['a', 'i1', 'foreign'], renamed]), false);
  assert.equal(isLeft([['a', undefined], renamed]), false);
  assert.equal(isLeft([['a', 'i1']]), false);
  assert.equal(isLeft([['a', 'i2'], renamed]), false);
});

test('every Application gets an answer, no name goes to two, and a name is free when it is taken', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const id = fc.constantFrom('1', '2', '3', '4', '5', '6');
  const world = fc.record({ listed: fc.dictionary(id, name), records: fc.dictionary(name, id) });
  fc.assert(
    fc.property(world, ({ listed, records }) => {
      const byName = Object.entries(records);
      const unique = byName.filter(([, one], at) => byName.findIndex(([, other]) => other === one) === at);
      const { granted, refused } = assign(listed, unique);
      const settled = Object.entries(listed).filter(([one, n]) => records[n] === one && unique.some(([u]) => u === n));
      assert.equal(granted.length + refused.length + settled.length, Object.keys(listed).length);
      const names = [...granted.map((one) => listed[one]), ...settled.map(([, n]) => n)];
      assert.equal(new Set(names).size, names.length);
      const refusedIds = refused.map(([one]) => one);
      for (const one of granted) {
        const holder = unique.find(([n]) => n === listed[one])?.[1];
        assert.ok(
          holder === undefined || !(holder in listed) || granted.includes(holder),
          `${one} takes from ${holder}`,
        );
        assert.ok(!refusedIds.includes(one));
      }
    }),
  );
});
