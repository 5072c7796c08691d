import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archivesAt, homepageOf, type ProjectPlace } from '../../krew/release-place.ts';

const RELEASES = 'https://github.com/kyma/compass-plugin/releases/download/v1.2.3';

const WRITTEN: readonly ProjectPlace['repository'][] = [
  'kyma/compass-plugin',
  'github:kyma/compass-plugin',
  'https://github.com/kyma/compass-plugin',
  { url: 'git+https://github.com/kyma/compass-plugin.git' },
];

for (const repository of WRITTEN.filter((place) => place !== undefined)) {
  test(`archives lie with the releases of the repository ${JSON.stringify(repository)}`, () => {
    assert.equal(archivesAt({ repository }, '1.2.3', undefined), RELEASES);
    assert.equal(homepageOf({ repository }), 'https://github.com/kyma/compass-plugin');
  });
}

test('a homepage that is said goes before the repository', () => {
  assert.equal(homepageOf({ homepage: 'https://a.example', repository: 'kyma/compass-plugin' }), 'https://a.example');
});

test('an address that is said goes before the repository, and has to be one', () => {
  const project = { repository: 'kyma/compass-plugin' };
  assert.equal(archivesAt(project, '1.2.3', 'https://mirror.example/compass/'), 'https://mirror.example/compass');
  assert.throws(() => archivesAt(project, '1.2.3', 'mirror.example'), /--url-base is "mirror.example"/);
  assert.throws(() => archivesAt(project, '1.2.3', 'http://mirror.example'), /--url-base/);
});

test('what nobody says is not made up', () => {
  assert.equal(homepageOf({}), undefined);
  assert.equal(archivesAt({}, '1.2.3', undefined), undefined);
  assert.equal(archivesAt({ repository: 'https://git.example/kyma/compass' }, '1.2.3', undefined), undefined);
});
