export { applyPatch } from './apply/apply.ts';
export { conflictCauses, conflictMessage } from './apply/conflict-message.ts';
export { type Tracking, trackUpdate } from './apply/track-update.ts';
export { TypedError } from './apply/typed.ts';
export { PatchError } from './error.ts';
export { jsonPatch } from './json-patch.ts';
export { mergePatch } from './merge-patch.ts';
export { strategicMergePatch } from './strategic-merge-patch.ts';
