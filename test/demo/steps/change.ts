import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { ApplicationInput } from '../../simulator/application-input.ts';
import { ask } from '../flags.ts';
import { findConnection, type Scene, waitFor } from '../scene.ts';
import type { Step } from '../step.ts';

const DESCRIPTION = 'A web shop, with a new description';

const NEWCOMER: ApplicationInput = {
  name: 'warehouse',
  description: 'Came while the demo ran',
  bundles: [{ name: 'Stock', apiDefinitions: [{ name: 'Stock API', targetURL: 'https://stock.example.com' }] }],
};

async function lookForChange(scene: Scene) {
  const { cluster } = scene.target;
  const shop = await cluster.find<Application>({ kind: APPLICATION, name: 'shop' });
  if (shop?.spec?.description !== DESCRIPTION) return 'the Application shop has its old description';
  const newcomer = await cluster.find<Application>({ kind: APPLICATION, name: NEWCOMER.name });
  if ((newcomer?.spec?.services ?? []).length === 0) return `the Application ${NEWCOMER.name} is not there`;
  const connection = await findConnection(scene);
  return connection && connection.spec.resyncNow !== true ? connection : 'spec.resyncNow is still true';
}

export const change: Step = {
  title: 'Applications change in Compass',
  async run(scene) {
    const { narrator, simulator } = scene;
    const { landscape } = simulator;
    const shop = landscape.applications().find(({ name }) => name === 'shop');
    if (shop === undefined) throw new Error('the simulator has no Application shop');
    landscape.updateApplication(shop.id, { description: DESCRIPTION });
    landscape.createApplication(NEWCOMER);
    narrator.tell(`in Compass, shop gets a new description, and ${NEWCOMER.name} is new`);
    await ask(scene, 'resyncNow');
    await waitFor(scene, () => lookForChange(scene));
    narrator.done('both changes are in the cluster; spec.resyncNow is false again');
  },
};
