/** The releases the stand-in can be; of 3.2 it knows what the types of `@immich/sdk` tell. */
export const versionNames = ['1.137.0', '2.7.5', '3.1.0', '3.2.0'] as const;
export type VersionName = (typeof versionNames)[number];

/** A release that can be asked whether a feature is in it. */
export type Version = {
  name: VersionName;
  major: number;
  minor: number;
  patch: number;
  /** True when this release is the given one ('1.140', '3.0') or later. */
  since(release: string): boolean;
};

/** Reads a release name. */
export function toVersion(name: VersionName): Version {
  const [major = 0, minor = 0, patch = 0] = name.split('.').map(Number);
  const since = (release: string): boolean => {
    const [wantedMajor = 0, wantedMinor = 0] = release.split('.').map(Number);
    return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  };
  return { name, major, minor, patch, since };
}
