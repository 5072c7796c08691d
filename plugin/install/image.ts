/** A name of an image, apart: `registry:5000/team/name`, its tag and its digest, where it has them. */
const IMAGE = /^(.+?)(?::([\w][\w.-]{0,127}))?(@.+)?$/;

const VERSION = /^v?\d+\.\d+\.\d+(?:[-+].*)?$/;

/**
 * The image of another version: the same name with that tag. One that is named by a digest, or by a tag that is no version,
 * is somebody's own choice, and stays.
 */
export function imageOfVersion(image: string, version: string): string {
  const [, name = image, tag = '', digest] = IMAGE.exec(image) ?? [];
  return digest === undefined && VERSION.test(tag) ? `${name}:${version}` : image;
}

/** The version that an image's tag says; undefined where it says none. */
export function versionOfImage(image: string): string | undefined {
  const [, , tag = ''] = IMAGE.exec(image) ?? [];
  return VERSION.test(tag) ? tag.replace(/^v/, '') : undefined;
}
