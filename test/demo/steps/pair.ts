import { describeCertificate, findCertificate } from '../certificate.ts';
import { CLIENT_SECRET, CONFIGURATION_SECRET } from '../place.ts';
import { describeState, findConnection, type Scene, waitFor } from '../scene.ts';
import type { Step } from '../step.ts';
import { createConfiguration } from '../token.ts';

async function lookForPairing(scene: Scene) {
  const certificate = await findCertificate(scene);
  if (certificate === undefined) return 'no client certificate is stored';
  const connection = await findConnection(scene);
  const established = connection?.status?.connectionStatus?.established;
  return established ? certificate : `${describeState(connection)}, and not yet established`;
}

export const pair: Step = {
  title: 'The cluster pairs with Compass',
  async run(scene) {
    const { narrator, target } = scene;
    const { ownNamespace } = target.place;
    const startMs = performance.now();
    await createConfiguration(scene);
    narrator.tell(`a one-time token is stored in the Secret ${ownNamespace}/${CONFIGURATION_SECRET}`);
    const certificate = await waitFor(scene, () => lookForPairing(scene), 150_000);
    narrator.tell(`key and certificate are stored in the Secret ${ownNamespace}/${CLIENT_SECRET}`);
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    narrator.done(`paired in ${seconds} s; certificate ${describeCertificate(scene, certificate)}`);
  },
};
