export {
  canonicalCommunity,
  type Community,
  type Member,
  type MeteringPoint,
  type SharingKey,
} from './community.js';
export {
  CommunityError,
  isCommunityError,
  type CommunityErrorCode,
  type CommunityProblem,
} from './community-error.js';
export { communityPoints, type CommunityPoint } from './community-points.js';
export { COMMUNITY_SCHEMA } from './community-schema.js';
export { communityJsonSchema } from './json-schema.js';
export { parseCommunity, safeParseCommunity, type CommunityResult } from './parse-community.js';
