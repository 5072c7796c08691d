import type { ApplicationInput, BundleInput } from './application-input.ts';

const oauth: BundleInput = {
  name: 'Orders',
  description: 'Read and place orders',
  instanceAuthRequestInputSchema: '{"type":"object","properties":{"purpose":{"type":"string"}}}',
  apiDefinitions: [
    {
      name: 'Orders API',
      description: 'Orders of the last year',
      targetURL: 'https://shop.example.com/orders',
      group: 'sales',
      version: { value: 'v2', deprecated: false, deprecatedSince: null, forRemoval: false },
    },
    {
      name: 'Orders API',
      targetURL: 'https://shop.example.com/v1/orders',
      version: { value: 'v1', deprecated: true, deprecatedSince: 'v2', forRemoval: true },
    },
  ],
  defaultInstanceAuth: {
    credential: {
      type: 'OAuth',
      clientId: 'sample-client',
      clientSecret: 'sample',
      url: 'https://shop.example.com/oauth/token',
    },
  },
};

const basic: BundleInput = {
  name: 'Customers',
  apiDefinitions: [{ name: 'Customers API', targetURL: 'https://shop.example.com/customers' }],
  defaultInstanceAuth: { credential: { type: 'Basic', username: 'sample-user', password: 'sample' } },
};

const csrf: BundleInput = {
  name: 'Carts with CSRF',
  apiDefinitions: [{ name: 'Carts API', targetURL: 'https://shop.example.com/carts' }],
  defaultInstanceAuth: {
    credential: { type: 'Basic', username: 'sample-user', password: 'sample' },
    requestAuth: { csrf: { tokenEndpointURL: 'https://shop.example.com/csrf' } },
  },
};

const requestParameters: BundleInput = {
  name: 'Prices',
  apiDefinitions: [{ name: 'Prices API', targetURL: 'https://shop.example.com/prices' }],
  defaultInstanceAuth: {
    additionalHeaders: { 'X-Client': ['sample'], Accept: ['application/json', 'text/plain'] },
    additionalQueryParams: { currency: ['EUR', 'USD'] },
  },
};

const events: BundleInput = {
  name: 'Order Events',
  eventDefinitions: [
    { name: 'order.created', description: 'An order was placed', version: versionOf('v1') },
    { name: 'order.cancelled', version: versionOf('v1') },
  ],
};

const open: BundleInput = {
  name: 'Opening Hours',
  apiDefinitions: [{ name: 'Opening Hours API', targetURL: 'https://shop.example.com/hours' }],
};

function versionOf(value: string) {
  return { value, deprecated: false, deprecatedSince: null, forRemoval: false };
}

/** A bundle whose normalized name equals that of every other one with the same letters. */
function spelled(name: string): BundleInput {
  return { ...open, name };
}

/** Every kind of Application that a cluster has to cope with, the odd ones included. */
export const sampleApplications: ApplicationInput[] = [
  {
    name: 'shop',
    providerName: 'Sample Provider',
    description: 'A web shop with one bundle of each kind',
    labels: { stage: 'production', regions: ['eu', 'us'], tier: 1 },
    auths: [{ id: '7c1f6a4e-2f0a-4a53-9a8e-1f1d1c9f0a01' }],
    bundles: [oauth, basic, csrf, requestParameters, events, open],
  },
  { name: 'oauth-only', description: 'One API behind OAuth', bundles: [oauth] },
  { name: 'basic-only', description: 'One API behind Basic authentication', bundles: [basic] },
  { name: 'csrf-protected', description: 'An API that asks for CSRF tokens', bundles: [csrf] },
  { name: 'request-parameters', description: 'An API with additional headers', bundles: [requestParameters] },
  { name: 'events-only', description: 'Publishes events, offers no API', bundles: [events] },
  { name: 'no-auth', description: 'An API that is open to everybody', bundles: [open] },
  { name: 'empty', bundles: [] },
  { name: 'n'.repeat(100), description: 'A name of 100 characters', bundles: [basic] },
  { name: 'twin', description: 'One of two with this name', bundles: [open] },
  { name: 'twin', description: 'The other one with this name', bundles: [open] },
  {
    name: 'same-bundles',
    description: 'Its bundles have one name once normalized',
    bundles: [spelled('Orders (v2)'), spelled('orders--V2'), spelled('ORDERS v2!')],
  },
  { name: 'Not a DNS name: Büro №7', description: 'Free text, as Compass allows it', bundles: [basic] },
];
