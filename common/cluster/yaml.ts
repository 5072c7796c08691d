import { load as loadYaml } from 'js-yaml';

/** Any YAML document. A file of its own, so that js-yaml is loaded for those that need it. Throws where it is none. */
export function load(text: string): unknown {
  return loadYaml(text);
}
