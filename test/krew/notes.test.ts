import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseNotes } from '../../krew/notes.ts';
import { archiveName, bundleName, PLATFORMS } from '../../krew/platforms.ts';

const FACTS = { version: '1.2.3', nodeVersion: '26.10.0', archivesAt: 'https://releases.example/v1.2.3' };

test('the notes of a build name each archive, and what nobody has run', () => {
  const notes = releaseNotes(FACTS);
  for (const platform of PLATFORMS) assert.ok(notes.includes(`\`${archiveName('1.2.3', platform)}\``));
  assert.ok(notes.includes(`\`${bundleName('1.2.3')}\``));
  assert.match(notes, /\*\*macOS\*\*: nothing was run/);
  assert.match(notes, /\*\*Windows\*\*: nothing was run/);
});

test('the notes tell a manifest that can be published from one that cannot', () => {
  const cannot = /must not be published/;
  assert.doesNotMatch(releaseNotes(FACTS), cannot);
  assert.ok(releaseNotes(FACTS).includes('https://releases.example/v1.2.3.'));
  assert.match(releaseNotes({ ...FACTS, archivesAt: undefined }), cannot);
});
