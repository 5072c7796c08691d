/** Something in a document that a template does not fit; who knows the template names it. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
}
