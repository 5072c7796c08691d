/** `keep` makes what is missing and leaves what is there; `replace` puts ours in its place; `skip` touches none. */
export const DEFINITION_CHOICES = ['keep', 'replace', 'skip'] as const;
export type DefinitionChoice = (typeof DEFINITION_CHOICES)[number];
