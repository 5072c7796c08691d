import { describeApplications, listApplications } from '../applications.ts';
import { describeState, findConnection, type Scene, waitFor } from '../scene.ts';
import type { Step } from '../step.ts';

async function lookForAll(scene: Scene) {
  const connection = await findConnection(scene);
  if (connection?.status?.connectionState !== 'Synchronized') return describeState(connection);
  const applications = await listApplications(scene);
  const listed = scene.simulator.landscape.applications().length;
  return applications.length === listed ? applications : `${applications.length} of ${listed} Applications are there`;
}

export const synchronize: Step = {
  title: 'Its Applications appear',
  async run(scene) {
    const { narrator, target } = scene;
    const applications = await waitFor(scene, () => lookForAll(scene));
    const { integrationNamespace } = target.place;
    narrator.done(
      `Synchronized: ${applications.length} Applications, their credentials in the namespace ${integrationNamespace}`,
    );
    narrator.quote(await describeApplications(scene));
  },
};
