import { describeCertificate, findCertificate, type StoredCertificate } from '../certificate.ts';
import { ask } from '../flags.ts';
import { findConnection, type Scene, waitFor } from '../scene.ts';
import type { Step } from '../step.ts';

async function lookForRenewal(scene: Scene, before: StoredCertificate | undefined) {
  const certificate = await findCertificate(scene);
  if (!certificate || certificate.fingerprint === before?.fingerprint) return 'the old certificate is still stored';
  const connection = await findConnection(scene);
  if (connection?.spec.refreshCredentialsNow !== false) return 'spec.refreshCredentialsNow is not false again';
  return connection.status?.connectionStatus?.renewed ? certificate : 'the status does not say when it was renewed';
}

export const renew: Step = {
  title: 'The certificate is renewed',
  async run(scene) {
    const { narrator } = scene;
    const before = await findCertificate(scene);
    await ask(scene, 'refreshCredentialsNow');
    const after = await waitFor(scene, () => lookForRenewal(scene, before), 150_000);
    narrator.done(`a new key and certificate are in use: ${describeCertificate(scene, after)}`);
  },
};
