import { listApplications } from '../applications.ts';
import { describeCertificate, findCertificate, type StoredCertificate } from '../certificate.ts';
import { CONFIGURATION_SECRET, connectionRef } from '../place.ts';
import { describeState, findConnection, type Scene, waitFor } from '../scene.ts';
import type { Step } from '../step.ts';
import { storeNewToken } from '../token.ts';

interface Before {
  readonly uid: string | undefined;
  readonly certificate: StoredCertificate | undefined;
}

async function lookForReconnection(scene: Scene, before: Before) {
  const connection = await findConnection(scene);
  if (!connection || connection.metadata.uid === before.uid) return 'there is no new CompassConnection';
  const certificate = await findCertificate(scene);
  if (!certificate || certificate.commonName === before.certificate?.commonName) {
    return `${describeState(connection)}, and the certificate is that of the old pairing`;
  }
  return connection.status?.connectionState === 'Synchronized' ? certificate : describeState(connection);
}

async function uidsOf(scene: Scene): Promise<string> {
  const applications = await listApplications(scene);
  return applications
    .map(({ metadata }) => metadata.uid)
    .toSorted()
    .join();
}

export const reconnect: Step = {
  title: 'The cluster reconnects with a new token',
  async run(scene) {
    const { narrator, target } = scene;
    const before = {
      uid: (await findConnection(scene))?.metadata.uid,
      certificate: await findCertificate(scene),
    };
    const applications = await uidsOf(scene);
    await storeNewToken(scene);
    narrator.tell(`a new one-time token is stored in ${target.place.ownNamespace}/${CONFIGURATION_SECRET}`);
    await target.cluster.delete(connectionRef(target.place));
    narrator.tell(`the CompassConnection ${target.place.connectionName} is deleted, which asks for a new pairing`);
    const certificate = await waitFor(scene, () => lookForReconnection(scene, before), 150_000);
    if ((await uidsOf(scene)) !== applications) throw new Error('Applications were replaced while it reconnected');
    narrator.done(`connected under a new identity; certificate ${describeCertificate(scene, certificate)}`);
    narrator.done('Applications and Secrets stayed in place all the time');
  },
};
