export { PatchError } from './error.ts';
export { jsonPatch } from './json-patch.ts';
export { equal, mergePatch, mergePatchDiff } from './merge-patch.ts';
export { strategicMergePatch } from './strategic-merge-patch.ts';
