import type { ServerAboutResponseDto, ServerConfigDto, ServerFeaturesDto } from '@immich/sdk';
import { ApiError } from '../api-error.js';
import type { Call, Route } from '../route.js';

function version({ immich }: Call): unknown {
  const { major, minor, patch } = immich.version;
  return { major, minor, patch, ...(immich.version.since('3.0') ? { prerelease: null } : {}) };
}

const features = ({ immich }: Call): Partial<ServerFeaturesDto> => ({
  smartSearch: false,
  facialRecognition: false,
  duplicateDetection: false,
  map: false,
  reverseGeocoding: false,
  importFaces: false,
  sidecar: true,
  search: true,
  trash: true,
  oauth: false,
  oauthAutoLaunch: false,
  passwordLogin: true,
  configFile: false,
  email: false,
  ...(immich.version.since('2.2') ? { ocr: false } : {}),
  ...(immich.version.since('3.0') ? { realtimeTranscoding: false } : {}),
});

const config = ({ immich }: Call): Partial<ServerConfigDto> => ({
  loginPageMessage: '',
  trashDays: 30,
  userDeleteDelay: 7,
  oauthButtonText: 'Login with OAuth',
  isInitialized: true,
  isOnboarded: true,
  externalDomain: '',
  publicUsers: true,
  mapDarkStyleUrl: 'https://tiles.immich.cloud/v1/style/dark.json',
  mapLightStyleUrl: 'https://tiles.immich.cloud/v1/style/light.json',
  ...(immich.version.since('2.5') ? { maintenanceMode: false } : {}),
  ...(immich.version.since('3.0') ? { minFaces: 3 } : {}),
});

const about = ({ immich }: Call): ServerAboutResponseDto => ({
  version: `v${immich.version.name}`,
  versionUrl: `https://github.com/immich-app/immich/releases/tag/v${immich.version.name}`,
  licensed: false,
});

const refuseKeys = (): never => {
  throw new ApiError(403, 'Sync endpoints cannot be used with API keys');
};

/** What the server says about itself: IMMICH.md §12. */
export const serverRoutes: Route[] = [
  { method: 'GET', path: '/server/ping', permission: 'open', answer: () => ({ res: 'pong' }) },
  { method: 'GET', path: '/server/version', permission: 'open', answer: version },
  { method: 'GET', path: '/server/features', permission: 'open', answer: features },
  { method: 'GET', path: '/server/config', permission: 'open', answer: config },
  { method: 'GET', path: '/server/about', permission: 'server.about', answer: about },
  { method: 'POST', path: '/sync/stream', permission: 'sync.stream', answer: refuseKeys },
];
