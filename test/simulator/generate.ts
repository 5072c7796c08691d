import type { ApplicationInput, BundleInput } from './application-input.ts';

export interface GeneratedSize {
  bundles: number;
  /** API definitions in each bundle. */
  apis: number;
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** An Application for load: bundles alternate between OAuth and Basic credentials. */
export function generateApplication(name: string, { bundles, apis }: GeneratedSize): ApplicationInput {
  const bundle = (number: number): BundleInput => ({
    name: `bundle-${number}`,
    description: `Bundle ${number} of ${name}`,
    apiDefinitions: numbers(apis).map((api) => ({
      name: `api-${api}`,
      targetURL: `https://${name}.example.com/${number}/${api}`,
    })),
    defaultInstanceAuth: {
      credential:
        number % 2 === 1
          ? {
              type: 'OAuth',
              clientId: `${name}-client`,
              clientSecret: 'sample',
              url: `https://${name}.example.com/token`,
            }
          : { type: 'Basic', username: `${name}-user`, password: 'sample' },
    },
  });
  return { name, description: `Generated Application ${name}`, bundles: numbers(bundles).map(bundle) };
}
