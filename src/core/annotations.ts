/** What people write on our objects, and on what these apply. The reference page of each kind says what it does there. */

/** `true`: deletion leaves everything as it is. */
export const abandonAnnotation = 'alustan.io/abandon';
/** The hash of the plan that may be applied. */
export const approveAnnotation = 'alustan.io/approve';
/** `spec`: what is destroyed gets the variables of the spec. */
export const destroyWithAnnotation = 'alustan.io/destroy-with';
/** A new value frees a lock, whoever holds it. */
export const forceUnlockAnnotation = 'alustan.io/force-unlock';
/** A new value lets through what waits for its window. */
export const outsideWindowAnnotation = 'alustan.io/outside-window';
/** `disabled`, on an applied object: it is never deleted. */
export const pruneAnnotation = 'alustan.io/prune';
/** A new value asks to look at all sources now, whatever the interval. */
export const reconcileAnnotation = 'alustan.io/reconcile';
/** A new value begins again what was given up, or is not well. */
export const retryAnnotation = 'alustan.io/retry';
/** A new value, on the Service of a preview, wakes it. */
export const wakeAnnotation = 'alustan.io/wake';

/** On a cluster Secret: globs of the namespaces that may use it; absent: all. */
export const allowedNamespacesAnnotation = 'alustan.io/allowed-namespaces';
/** On a cluster Secret: globs of the namespaces that may publish into it; absent: none. */
export const publishersAnnotation = 'alustan.io/publishers';
