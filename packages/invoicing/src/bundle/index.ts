export {
  BUNDLE_NOTICE,
  BUNDLE_SCHEMA,
  makeMemberBundle,
  memberBundle,
  readMemberBundle,
  renderMemberBundle,
  type MemberBundle,
} from './member-bundle.js';
export {
  proveRun,
  RUN_LOG_SCHEMA,
  runLogHead,
  runLogProof,
  signRunLog,
  type RunLogHead,
  type RunLogProof,
} from './run-log.js';
export {
  isSigned,
  signedTreeHead,
  signTreeHead,
  TREE_HEAD_SCHEMA,
  treeHead,
  type SignedTreeHead,
  type TreeHead,
} from './tree-head.js';
export {
  verifyBundle,
  type BundleCheck,
  type BundleVerdict,
  type VerifyBundleOptions,
} from './verify-bundle.js';
